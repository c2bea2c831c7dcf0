import type { LogEntryType } from '../../src/entities/log-entry.js';
import { ConversationStream, type StreamItem } from '../../src/live/conversation-stream.js';
import type { Thread } from '../../src/live/thread.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A stream of a thread in which nothing happens that it would tell. */
function scene(only?: LogEntryType) {
  const waiting = new Set<() => void>();
  const thread = {
    news: 0,
    after: jest.fn(() => Promise.resolve([])),
    wait: (listener: () => void) => {
      waiting.add(listener);
      return () => waiting.delete(listener);
    },
  };
  const tell = (): void => {
    thread.news++;
    for (const listener of [...waiting]) listener();
  };
  const following = { ticketId: 'a', numbering: 'publicSeq', after: 5, ...(only && { only }) } as const;
  const stream = new ConversationStream(thread as unknown as Thread, null, following);
  const items: (StreamItem | undefined)[] = [];
  void stream.next().then(({ value }) => items.push(value));
  return { thread, tell, stream, items };
}

it('says after as long a silence that nothing has happened, whatever has that is not told here', async () => {
  const { tell, items } = scene();
  await jest.advanceTimersByTimeAsync(20_000);
  tell();
  await jest.advanceTimersByTimeAsync(9_999);
  expect(items).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(items).toMatchObject([{ type: 'Checkpoint', publicSeq: 5 }]);
});

it('does not look about in a silence of which it says nothing', async () => {
  const { thread, stream, items } = scene('CommentAdded');
  await jest.advanceTimersByTimeAsync(95_000);
  expect(thread.after).toHaveBeenCalledTimes(4);
  await stream.return();
  expect(items).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});
