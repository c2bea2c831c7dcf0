import { execute, type ExecutionResult } from 'graphql';
import { isStaff } from '../../auth/viewer.js';
import type { ConversationStream } from '../../live/conversation-stream.js';
import type { Thread } from '../../live/thread.js';
import { forEverybody } from '../../telemetry.js';
import { withinLength } from '../answer-size.js';
import type { Context } from '../context.js';
import type { SubscriptionArgs } from '../subscribe.js';
import { type Execution, SubscriberGroup } from './group.js';
import { planOf } from './plan.js';
import { Slots } from './slots.js';
import { Subscriber } from './subscriber.js';

/** How many events are executed at once: the others wait, so that those who write always find a connection. */
const executionsAtOnce = 4;

/** All subscriptions to conversations in this process: those that get the same answers form a group, which works each out once. */
export class Hub {
  private readonly groups = new WeakMap<Thread, Map<string, SubscriberGroup>>();
  private readonly underWay = new Map<string, Promise<ExecutionResult>>();
  private readonly slots = new Slots(executionsAtOnce);

  constructor(private readonly options: Omit<Execution, 'execute'>) {}

  /** Has a validated subscription take part in the group of those who ask for the same and may see the same. */
  join(stream: ConversationStream, args: SubscriptionArgs): AsyncIterableIterator<ExecutionResult> {
    const { thread } = stream;
    const ofThread = this.groups.get(thread) ?? new Map<string, SubscriberGroup>();
    this.groups.set(thread, ofThread);
    const key = keyOf(args);
    let group = ofThread.get(key);
    if (!group) {
      const made = this.open(stream, args, () => ofThread.get(key) === made && ofThread.delete(key));
      group = made;
      ofThread.set(key, group);
    }
    return new Subscriber(args.contextValue, group, stream, args);
  }

  /**
   * Answers events that are not of a conversation: those who get the same answer share it while it is being worked out, which is
   * when all ask who have kept up.
   */
  answersTo(args: SubscriptionArgs): (event: unknown) => Promise<ExecutionResult> {
    const key = keyOf(args);
    const answer = this.executes(args);
    return (event) => {
      const keyOfAnswer = `${key} ${JSON.stringify(event)}`;
      const known = this.underWay.get(keyOfAnswer);
      if (known) return known;
      const made = answer(event, args.contextValue.fresh()).finally(() => this.underWay.delete(keyOfAnswer));
      this.underWay.set(keyOfAnswer, made);
      return made;
    };
  }

  private executes(args: SubscriptionArgs): (rootValue: unknown, contextValue: Context) => Promise<ExecutionResult> {
    const request = {
      schema: args.schema,
      document: args.document,
      operationName: args.operationName ?? null,
      variableValues: args.variableValues ?? {},
    };
    // Whoever happens to ask first must not have the others wait for a turn of theirs.
    return (rootValue, contextValue) =>
      forEverybody(() =>
        this.slots.use(async () => withinLength(await execute({ ...request, rootValue, contextValue }))),
      );
  }

  private open({ thread, following }: ConversationStream, args: SubscriptionArgs, onOver: () => void): SubscriberGroup {
    const execution: Execution = { ...this.options, execute: this.executes(args) };
    return new SubscriberGroup(thread, { ...following, after: thread.endOf(following.numbering) }, execution, onOver);
  }
}

/** Two who have the same key get the same answers, whoever of them asks. */
function keyOf({ schema, document, operationName, variableValues, contextValue }: SubscriptionArgs): string {
  const { viewer, locales } = contextValue;
  const plan = planOf(schema, document, operationName);
  const rights = plan.isShared ? (isStaff(viewer) ? 'staff' : 'customers') : [viewer.id, viewer.accessVersion];
  const given = Object.entries(variableValues ?? {}).filter(([name]) => plan.variables.includes(name));
  return JSON.stringify([rights, locales, operationName, given.sort(byName), document.loc?.source.body]);
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
