import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenRules } from '../auth/token.js';
import type { Config } from '../config.js';
import { StartError } from '../errors.js';

/** The key that tokens are verified with: the configured one, or in demo mode one that is made for the data folder. */
export function tokenRules(config: Config): TokenRules {
  const key = config.tokenKey ?? { secret: demoKey(config.dataDir) };
  return { key, issuer: config.tokenIssuer, audience: config.tokenAudience };
}

function demoKey(dataDir: string): string {
  const file = join(dataDir, 'demo.key');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Fails when it is there already, also when another process is just making it.
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new StartError(`DATA_DIR: ${dataDir} can not be written to (${code}).`);
  }
  return readFileSync(file, 'utf8');
}
