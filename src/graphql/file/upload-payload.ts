import { Ctx, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Uploads } from '../../services/uploads.js';
import type { Context } from '../context.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { FileType } from './file.type.js';

/** What `createUpload` answers. */
@ObjectType('UploadPayload', { description: 'The file that was announced, or what went wrong.' })
export class UploadPayloadType extends PayloadType {}

/** The file is read anew, under the rights of now. */
@Resolver(() => UploadPayloadType)
export class UploadPayloadResolver {
  constructor(private readonly uploads: Uploads) {}

  @FieldResolver(() => FileType, {
    nullable: true,
    description: 'The file as it is now; null when it was not done, or was not attached in time.',
  })
  file(@Root() { fileId }: Outcome, @Ctx() { loaders }: Context): Promise<FileType | null> | null {
    return fileId === undefined ? null : loaders.visibleFile.load(fileId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'PUT the bytes here, with the same `Content-Type` and without a token. The link holds for five minutes; a repeated call gets a fresh one, and null once the bytes are there.',
  })
  async uploadUrl(@Root() { fileId }: Outcome, @Ctx() { loaders, viewer }: Context): Promise<string | null> {
    const file = fileId === undefined ? null : await loaders.visibleFile.load(fileId);
    return file && this.uploads.linkFor(viewer, file);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}
