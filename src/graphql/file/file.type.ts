import { Field, Int, ObjectType } from 'type-graphql';
import { FileStatus } from '../../entities/file.js';
import { NodeType } from '../node/node.type.js';
import { Shared } from '../shared/shared-field.js';

/** A file that belongs to a comment, or will. */
@ObjectType('File', {
  implements: NodeType,
  description: 'A file that belongs to a comment, or is to: one that nobody attaches is gone after 24 hours.',
})
export class FileType extends NodeType {
  @Shared()
  @Field(() => String, { description: 'Its name, as it was announced.' })
  name: string;

  @Shared()
  @Field(() => Int, { description: 'Bytes.' })
  size: number;

  @Shared()
  @Field(() => String, { description: 'Its MIME type, as it was announced.' })
  contentType: string;

  @Shared()
  @Field(() => FileStatus, { description: 'Whether its bytes are there.' })
  status: FileStatus;
}
