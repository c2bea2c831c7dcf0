import { ValidateNested } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { StateType, StatusCategory } from '../../entities/state.js';
import { Key, Locale } from '../shared/formats.js';
import { idempotencyKeyField } from '../shared/payload.js';
import { Between, CheckedLater, Items, Text } from '../shared/validation.js';

const largestRank = 1_000_000;
const namesField = { description: 'Its names, one for each locale, 50 at most; one of them in `en`.' };
const rankField = { description: 'Its place in lists, 0..1000000.' };

/** A name in one locale, to be stored. */
@InputType('LocalizedStringInput', { description: 'A name in one locale.' })
export class LocalizedStringInput {
  @Locale()
  @Field(() => String, { description: 'BCP 47 tag, such as `en` or `pt-BR`.' })
  locale: string;

  @Text(1, 255)
  @Field(() => String, { description: 'The name, 1..255 characters.' })
  value: string;
}

/** What `upsertState` takes. */
@InputType('UpsertStateInput', {
  description: 'A state to make; where there is one with this type and key, all that is said of it is replaced.',
})
export class UpsertStateInput {
  @CheckedLater()
  @Field(() => StateType, { description: 'What it describes of a ticket.' })
  type: StateType;

  @Key()
  @Field(() => String, { description: 'Unique within its type: `^[a-z0-9][a-z0-9_.-]{0,63}$`.' })
  key: string;

  @ValidateNested()
  @Items(1, 50)
  @Field(() => [LocalizedStringInput], namesField)
  names: LocalizedStringInput[];

  @Text(1, 1_000)
  @Field(() => String, {
    nullable: true,
    description: 'What it means, 1..1000 characters; the English name when absent.',
  })
  description?: string | null;

  @Between(0, largestRank)
  @Field(() => Int, rankField)
  rank: number;

  @CheckedLater()
  @Field(() => StatusCategory, {
    nullable: true,
    description:
      'Exactly for the type STATE. It stays as it is for the statuses that the rules set, and no status can become one of the category CLOSED: `updateTicket` does not give a ticket such a status, only closing closes it.',
  })
  category?: StatusCategory | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `deleteState` takes. */
@InputType('DeleteStateInput', { description: 'A state to delete.' })
export class DeleteStateInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The state.' })
  stateId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `upsertTopic` takes. */
@InputType('UpsertTopicInput', {
  description: 'A topic to make; where there is one with this key, all that is said of it is replaced.',
})
export class UpsertTopicInput {
  @Key()
  @Field(() => String, { description: 'Unique: `^[a-z0-9][a-z0-9_.-]{0,63}$`.' })
  key: string;

  @Text(1, 64)
  @Field(() => String, {
    nullable: true,
    description: 'Key of the topic above it; at the top of the tree when absent. There are two levels.',
  })
  parentKey?: string | null;

  @ValidateNested()
  @Items(1, 50)
  @Field(() => [LocalizedStringInput], namesField)
  names: LocalizedStringInput[];

  @Between(0, largestRank)
  @Field(() => Int, rankField)
  rank: number;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `deleteTopic` takes. */
@InputType('DeleteTopicInput', { description: 'A topic to delete.' })
export class DeleteTopicInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The topic.' })
  topicId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
