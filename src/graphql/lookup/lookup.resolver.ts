import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { type State, StateType } from '../../entities/state.js';
import type { Topic } from '../../entities/topic.js';
import { globalId } from '../../global-id.js';
import { nameIn } from '../../services/localized-names.js';
import type { LookUps } from '../../services/look-ups.js';
import type { Context } from '../context.js';
import { idField } from '../node/node.type.js';
import { LocalizedStringType, StateObjectType, TopicType } from './lookup.type.js';
import { listOf } from './names.js';
import { Shared } from '../shared/shared-field.js';

const nameField = { description: 'Its name in the locale, else in the language, else in English.' };
const namesField = { description: 'Its names in all locales.' };
const localeArgument = {
  nullable: true,
  description: 'BCP 47 tag; when absent, what the client says in `Accept-Language`, else English.',
};

/** States. */
@Resolver(() => StateObjectType)
export class StateResolver {
  constructor(private readonly lookUps: LookUps) {}

  @Query(() => [StateObjectType], {
    description: 'The look-up table behind status, type, priority, stage and outcome.',
  })
  states(
    @Arg('type', () => StateType, { nullable: true, description: 'Only those of one type; all when absent.' })
    type?: StateType | null,
  ): Promise<StateObjectType[]> {
    return this.lookUps.states(type ?? null);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() state: State): string {
    return globalId('State', state.id);
  }

  @Shared()
  @FieldResolver(() => String, nameField)
  name(
    @Root() state: State,
    @Ctx() { locales }: Context,
    @Arg('locale', () => String, localeArgument) locale?: string | null,
  ): string {
    return nameIn(state.localizedNames, locale == null ? locales : [locale]);
  }

  @Shared()
  @FieldResolver(() => [LocalizedStringType], namesField)
  names(@Root() state: State): LocalizedStringType[] {
    return listOf(state.localizedNames);
  }
}

/** Topics. */
@Resolver(() => TopicType)
export class TopicResolver {
  constructor(private readonly lookUps: LookUps) {}

  @Query(() => [TopicType], { description: 'The topics at the top of the tree, in order.' })
  topics(): Promise<TopicType[]> {
    return this.lookUps.topTopics();
  }

  @Query(() => TopicType, { nullable: true, description: 'A topic or subtopic; null where there is none.' })
  topic(@Arg('key', () => String, { description: 'Its key.' }) key: string): Promise<TopicType | null> {
    return this.lookUps.topic(key);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() topic: Topic): string {
    return globalId('Topic', topic.id);
  }

  @Shared()
  @FieldResolver(() => String, nameField)
  name(
    @Root() topic: Topic,
    @Ctx() { locales }: Context,
    @Arg('locale', () => String, localeArgument) locale?: string | null,
  ): string {
    return nameIn(topic.localizedNames, locale == null ? locales : [locale]);
  }

  @Shared()
  @FieldResolver(() => [LocalizedStringType], namesField)
  names(@Root() topic: Topic): LocalizedStringType[] {
    return listOf(topic.localizedNames);
  }

  @Shared()
  @FieldResolver(() => TopicType, { nullable: true, description: 'The topic above it; null at the top.' })
  parent(@Root() { parentId }: Topic, @Ctx() { loaders }: Context): Promise<TopicType | null> | null {
    return parentId === null ? null : loaders.topic.load(parentId);
  }

  @Shared()
  @FieldResolver(() => [TopicType], { description: 'The topics below it, in order.' })
  subtopics(@Root() topic: Topic, @Ctx() { loaders }: Context): Promise<TopicType[]> {
    return loaders.subtopics.load(topic.id);
  }
}
