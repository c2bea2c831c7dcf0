import type { SignedInViewer } from '../auth/viewer.js';
import { type AppError, cursorExpired, notFound, unauthenticated } from '../errors.js';
import { relationTo, type TicketAccess } from '../policies/visibility.js';
import type { Doorbell } from './doorbell.js';

/** Somebody who listens to a thread, with the rights that they were let in with. */
export interface Listener {
  readonly viewer: SignedInViewer;
  /** How many looks at the thread had begun when they came: those tell nothing about them. */
  readonly since: number;
  /** Why they get nothing more. */
  refusal: AppError | undefined;
  /** Hears of it at once. */
  onRefusal?: () => void;
}

/** What decides whether people still get what they listen to. */
export interface RightsNow {
  /** Those whose rows are no longer what they were when they came. */
  readonly moved: readonly { readonly id: string; readonly version: number; readonly isActive: boolean | null }[];
  /** What of the ticket decides who sees it; null while it is as it was. */
  readonly access: Omit<TicketAccess, 'deletedAt'> | null;
}

/** All who listen to one thread. People are looked at once, however many sockets they have. */
export class Listeners {
  private readonly groups = new Map<string, Set<Listener>>();
  private readonly unwatch = new Map<string, () => void>();
  private written: readonly [string, string] | undefined;

  constructor(
    private readonly doorbell: Doorbell,
    private readonly ring: () => void,
  ) {}

  /** Whether nobody listens. */
  get isEmpty(): boolean {
    return this.groups.size === 0;
  }

  /** Takes somebody in; news of their rights ring from now on. */
  add(listener: Listener): void {
    const key = keyOf(listener.viewer.id, listener.viewer.accessVersion);
    const group = this.groups.get(key);
    if (group) {
      group.add(listener);
      return;
    }
    this.groups.set(key, new Set([listener]));
    this.unwatch.set(key, this.doorbell.watch(listener.viewer.id, this.ring));
    this.written = undefined;
  }

  /** Lets somebody go. */
  delete(listener: Listener): void {
    const key = keyOf(listener.viewer.id, listener.viewer.accessVersion);
    const group = this.groups.get(key);
    if (!group?.delete(listener) || group.size > 0) return;
    this.groups.delete(key);
    this.unwatch.get(key)?.();
    this.unwatch.delete(key);
    this.written = undefined;
  }

  /** Their ids, and the versions of their rights at the same places, as texts of arrays: they are sent with every look. */
  get asArrays(): readonly [string, string] {
    if (!this.written) {
      const people = [...this.groups.keys()].map((key) => key.split(' '));
      const arrayOf = (place: number): string => `{${people.map((person) => person[place]).join()}}`;
      this.written = [arrayOf(0), arrayOf(1)];
    }
    return this.written;
  }

  /** Refuses those who have lost their right by what a look has found, or all when there is no ticket; true when there are any. */
  refuse(found: RightsNow | undefined, look: number): boolean {
    let some = false;
    const refuse = (listener: Listener, refusal: AppError): void => {
      some = true;
      if (listener.refusal) return;
      listener.refusal = refusal;
      listener.onRefusal?.();
    };
    for (const { id, version, isActive } of found?.moved ?? []) {
      const refusal = isActive ? cursorExpired(rightsChanged) : unauthenticated();
      for (const listener of this.groups.get(keyOf(id, version)) ?? []) refuse(listener, refusal);
    }
    if (found?.access === null) return some;
    for (const group of this.groups.values()) {
      for (const listener of group) {
        if (listener.since >= look) continue;
        if (found && maySee(listener.viewer, found.access)) break;
        refuse(listener, notFound('ticket'));
      }
    }
    return some;
  }
}

const rightsChanged = 'Your rights have changed: fetch the conversation anew.';

/** Whoever follows a ticket that was deleted has yet to be told so. */
const maySee = (viewer: SignedInViewer, access: RightsNow['access']): boolean =>
  access !== null && relationTo(viewer, { ...access, deletedAt: null }) !== null;

const keyOf = (id: string, accessVersion: number): string => `${id} ${accessVersion}`;
