import type { Socket } from 'node:net';

/** Moves with whatever the system takes of what was written, also of a write that is under way: of that, nothing public tells. */
export function takenOf(connection: Socket): number {
  const { _handle: handle } = connection as unknown as { _handle?: { writeQueueSize?: number } | null };
  return connection.bytesWritten - connection.writableLength - (handle?.writeQueueSize ?? 0);
}
