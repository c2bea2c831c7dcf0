import type { Config } from '../config.js';
export async function seed(config: Config, { tickets }: { tickets: string }): Promise<void> {
  console.log(config.port, tickets);
}
