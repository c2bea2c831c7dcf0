import { Field, Int, ObjectType } from 'type-graphql';
import { FileStatus } from '../../entities/file.js';
import { NodeType } from '../node/node.type.js';

/** A file that belongs to a comment, or will. */
@ObjectType('File', {
  implements: NodeType,
  description: 'A file that belongs to a comment, or is to: one that nobody attaches is gone after 24 hours.',
})
export class FileType extends NodeType {
  @Field(() => String, { description: 'Its name, as it was announced.' })
  name: string;

  @Field(() => Int, { description: 'Bytes.' })
  size: number;

  @Field(() => String, { description: 'Its MIME type, as it was announced.' })
  contentType: string;

  @Field(() => FileStatus, { description: 'Whether its bytes are there.' })
  status: FileStatus;
}
