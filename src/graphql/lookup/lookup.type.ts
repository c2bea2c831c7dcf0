import { Field, Int, ObjectType } from 'type-graphql';
import { StateType, StatusCategory } from '../../entities/state.js';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { Shared } from '../shared/shared-field.js';

/** A name in one locale. */
@ObjectType('LocalizedString', {
  description:
    'A name in one locale. There are English and Russian ones to begin with; any BCP 47 locale may be stored.',
})
export class LocalizedStringType {
  @Shared()
  @Field(() => String, { description: 'BCP 47 tag, such as `en` or `ru`.' })
  locale: string;

  @Shared()
  @Field(() => String, { description: 'The name.' })
  value: string;
}

/** A row of the look-up table of states. */
@ObjectType('State', {
  implements: NodeType,
  description: "A row of the configurable look-up table behind a ticket's status, type, priority, stage and outcome.",
})
export class StateObjectType extends NodeType {
  @Shared()
  @Field(() => String, { description: 'Unique within its type; the name for programs.' })
  key: string;

  @Shared()
  @Field(() => StateType, { description: 'What it describes of a ticket.' })
  type: StateType;

  @Shared()
  @Field(() => String, { description: 'What it means.' })
  description: string;

  @Shared()
  @Field(() => Int, { description: 'Its place among those of its type: lists sort by it.' })
  rank: number;

  @Shared()
  @Field(() => StatusCategory, { nullable: true, description: 'What it means to the rules. Only for the type STATE.' })
  category: StatusCategory | null;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt: Date;
}

/** What tickets are about. */
@ObjectType('Topic', { implements: NodeType, description: 'What tickets are about: a tree of topics and subtopics.' })
export class TopicType extends NodeType {
  @Shared()
  @Field(() => String, { description: 'Unique; the name for programs.' })
  key: string;
}
