import type { WebSocket } from 'ws';
import { isSignedIn, isStaff, type Viewer } from '../auth/viewer.js';
import type { SocketLimits } from '../config.js';

/** Counts the sockets that each person, or each address that nobody known calls from, holds at this gateway. */
export class SocketCount {
  private readonly held = new Map<string, number>();

  constructor(private readonly limits: SocketLimits | null) {}

  /** Counts an open socket until it closes; false where its owner has as many as they may. */
  enter(viewer: Viewer, owner: string, socket: WebSocket): boolean {
    const count = this.held.get(owner) ?? 0;
    const most = this.limits?.[isSignedIn(viewer) && isStaff(viewer) ? 'staff' : 'customer'] ?? Infinity;
    if (count >= most) return false;
    this.held.set(owner, count + 1);
    socket.once('close', () => this.leave(owner));
    return true;
  }

  private leave(owner: string): void {
    const left = (this.held.get(owner) ?? 1) - 1;
    if (left > 0) this.held.set(owner, left);
    else this.held.delete(owner);
  }
}
