import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { File } from '../../entities/file.js';
import { globalId } from '../../global-id.js';
import type { Call } from '../../services/call.js';
import type { Downloads } from '../../services/downloads.js';
import type { Uploads } from '../../services/uploads.js';
import { type Context, CurrentCall } from '../context.js';
import { idField } from '../node/node.type.js';
import { CreateUploadInput } from './file.input.js';
import { FileType } from './file.type.js';
import { UploadPayloadType } from './upload-payload.js';
import { Shared } from '../shared/shared-field.js';

/** Files, and announcing them. */
@Resolver(() => FileType)
export class FileResolver {
  constructor(
    private readonly uploads: Uploads,
    private readonly downloads: Downloads,
  ) {}

  @Mutation(() => UploadPayloadType, {
    nullable: true,
    description:
      'Announces a file: send its bytes to `uploadUrl`, then attach it by its id to a comment, when opening or when reopening a ticket.',
  })
  createUpload(
    @CurrentCall() call: Call,
    @Arg('input', () => CreateUploadInput, { description: 'What is going to be sent.' }) input: CreateUploadInput,
  ): Promise<UploadPayloadType> {
    return this.uploads.create(call, input);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() file: File): string {
    return globalId('File', file.id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'A link that the viewer alone gets and that holds for five minutes; null while the bytes are not there.',
  })
  url(@Root() file: File, @Ctx() { viewer }: Context): string | null {
    return this.downloads.linkFor(viewer, file);
  }
}
