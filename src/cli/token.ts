import { signToken } from '../auth/token.js';
import { Role } from '../auth/viewer.js';
import type { Config } from '../config.js';
import { StartError } from '../errors.js';
import { tokenRules } from './keys.js';

/** For whom a token is, and for how long. */
export interface TokenOptions {
  readonly role: string;
  readonly email: string;
  readonly name?: string;
  readonly organization?: string;
  readonly project?: readonly string[];
  readonly hours: string;
}

/** Signs a token with the configured key, or with that of the demo; the subject is the e-mail address. */
export async function makeToken(config: Config, options: TokenOptions): Promise<string> {
  const { key, issuer, audience } = tokenRules(config);
  if (!('secret' in key)) {
    throw new StartError('With JWKS_URL tokens come from your identity provider: this gateway can not sign any.');
  }
  const roles = Object.values(Role).map((role) => role.toLowerCase());
  if (!roles.includes(options.role)) throw new StartError(`--role: one of ${roles.join(', ')}`);
  const hours = Number(options.hours);
  if (!(hours > 0 && hours <= 87_600)) throw new StartError('--hours: more than 0, at most 87600');
  const { role, email, name, organization, project: projects } = options;
  return signToken(key.secret, { sub: email, email, name, role, organization, projects }, { issuer, audience, hours });
}
