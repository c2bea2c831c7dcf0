import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import { VoteScale } from '../../entities/vote.js';
import { NodeType, type Typed } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { Shared } from '../shared/shared-field.js';

/** Anything that customers give a score to. */
@InterfaceType('Rateable', {
  implements: NodeType,
  description: 'Anything that customers give a score to: a ticket or a comment.',
  resolveType: (value: Typed<object>) => value.__typename,
})
export abstract class RateableType extends NodeType {}

/** A score, as it was given. */
@ObjectType('Vote', {
  implements: NodeType,
  description: 'A score that was given to a ticket or a comment. It never changes.',
})
export class VoteType extends NodeType {
  @Shared()
  @Field(() => Int, { description: 'The score on its own scale.' })
  score: number;

  @Shared()
  @Field(() => VoteScale, { description: 'The scale that the score is on.' })
  scale: VoteScale;

  @Shared()
  @Field(() => String, { nullable: true, description: 'What the voter said about it.' })
  comment: string | null;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it was given.' })
  createdAt: Date;
}
