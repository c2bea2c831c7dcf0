import { Field, Int, ObjectType } from 'type-graphql';
import { StateType, StatusCategory } from '../../entities/state.js';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';

/** A name in one locale. */
@ObjectType('LocalizedString', {
  description:
    'A name in one locale. There are English and Russian ones to begin with; any BCP 47 locale may be stored.',
})
export class LocalizedStringType {
  @Field(() => String, { description: 'BCP 47 tag, such as `en` or `ru`.' })
  locale: string;

  @Field(() => String, { description: 'The name.' })
  value: string;
}

/** A row of the look-up table of states. */
@ObjectType('State', {
  implements: NodeType,
  description: "A row of the configurable look-up table behind a ticket's status, type, priority, stage and outcome.",
})
export class StateObjectType extends NodeType {
  @Field(() => String, { description: 'Unique within its type; the name for programs.' })
  key: string;

  @Field(() => StateType, { description: 'What it describes of a ticket.' })
  type: StateType;

  @Field(() => String, { description: 'What it means.' })
  description: string;

  @Field(() => Int, { description: 'Its place among those of its type: lists sort by it.' })
  rank: number;

  @Field(() => StatusCategory, { nullable: true, description: 'What it means to the rules. Only for the type STATE.' })
  category: StatusCategory | null;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt: Date;
}

/** What tickets are about. */
@ObjectType('Topic', { implements: NodeType, description: 'What tickets are about: a tree of topics and subtopics.' })
export class TopicType extends NodeType {
  @Field(() => String, { description: 'Unique; the name for programs.' })
  key: string;
}
