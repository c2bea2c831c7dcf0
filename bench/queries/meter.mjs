import { cpuOf } from '../machine.mjs';

const lookEveryMs = 250;

function cpuIfThere(pid) {
  try {
    return cpuOf(pid);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  }
}

/** CPU time, in microseconds, of the backends that serve one role: those that have ended meanwhile are included. */
export class Backends {
  constructor(client, role) {
    this.client = client;
    this.role = role;
    /** By process: what it had used when first seen, unless it began later, and what when last seen. */
    this.first = new Map();
    this.last = new Map();
  }

  async start() {
    this.first.clear();
    this.last.clear();
    await this.find((pid, cpu) => this.first.set(pid, cpu));
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** What they have used since `start`. */
  async stop() {
    clearInterval(this.timer);
    await this.find(() => undefined);
    return [...this.last].reduce((sum, [pid, cpu]) => sum + cpu - (this.first.get(pid) ?? 0), 0);
  }

  async find(found) {
    const { rows } = await this.client.query('select pid from pg_stat_activity where usename = $1', [this.role]);
    for (const { pid } of rows) {
      const cpu = cpuIfThere(pid);
      if (cpu === null) continue;
      this.last.set(pid, cpu);
      found(pid, cpu);
    }
    if (this.last.size === 0)
      throw new Error(`${this.role} has no backends on this machine: PostgreSQL has to run here.`);
  }

  look() {
    for (const pid of this.last.keys()) {
      const cpu = cpuIfThere(pid);
      if (cpu !== null) this.last.set(pid, cpu);
    }
  }
}
