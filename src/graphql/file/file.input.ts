import { Field, InputType, Int } from 'type-graphql';
import { largestFile } from '../../services/uploads.js';
import { idempotencyKeyField } from '../shared/payload.js';
import { Between, Text } from '../shared/validation.js';
import { FileName, MediaType } from './file-validation.js';

/** What `createUpload` takes. */
@InputType('CreateUploadInput', { description: 'A file that is going to be sent.' })
export class CreateUploadInput {
  @FileName()
  @Text(1, 255)
  @Field(() => String, { description: '1..255 characters, without slashes, backslashes and control characters.' })
  name: string;

  @Between(1, largestFile)
  @Field(() => Int, { description: 'Bytes, 1..20971520 (20 MB).' })
  size: number;

  @MediaType()
  @Text(1, 127)
  @Field(() => String, { description: 'A MIME type of 1..127 characters, such as `image/png`.' })
  contentType: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
