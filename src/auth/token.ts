import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions, SignJWT } from 'jose';
import { AppError, ErrorCode, unauthenticated } from '../errors.js';
import { Role } from './viewer.js';

/** Where keys come from and what a token must say of itself. */
export interface TokenRules {
  readonly key: { readonly secret: string } | { readonly jwksUrl: string };
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** What a verified token says; undefined is what it does not carry. */
export interface Claims {
  readonly sub: string;
  /** In lower case. */
  readonly email?: string | undefined;
  /** Also where the token does not say: such providers verify all addresses. */
  readonly emailVerified: boolean;
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly organization?: string | undefined;
  readonly projects?: readonly string[] | undefined;
  /** BCP 47 tag. */
  readonly locale?: string | undefined;
  readonly issuedAt: Date;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Verifies a token; every reason to refuse it is the same UNAUTHENTICATED. */
export type TokenVerifier = (token: string) => Promise<Claims>;

/** How far clocks may be apart, in seconds. */
const clockTolerance = 5;
const asymmetricAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Makes a verifier for one key or one set of remote keys; the algorithms that each may be used with are fixed here. */
export function createTokenVerifier({ key, issuer, audience }: TokenRules): TokenVerifier {
  const rules: JWTVerifyOptions = {
    clockTolerance,
    requiredClaims: ['sub', 'iat', 'exp'],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  if ('secret' in key) {
    const bytes = new TextEncoder().encode(key.secret);
    // Importing it anew for every token would cost as much as the verification itself.
    const imported = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    return async (token) => {
      const secret = await imported;
      return claimsOf((await refused(jwtVerify(token, secret, { ...rules, algorithms: ['HS256'] }))).payload);
    };
  }
  const keys = createRemoteJWKSet(new URL(key.jwksUrl));
  return async (token) =>
    claimsOf((await refused(jwtVerify(token, keys, { ...rules, algorithms: asymmetricAlgorithms }))).payload);
}

/** How many verified tokens are remembered, how long each may be, and for how many milliseconds: keys are withdrawn. */
const remembered = { tokens: 5_000, characters: 4_000, ms: 60_000 };

/**
 * The same verifier, which looks once a minute at the signature of a token that comes again and again. What it remembers never
 * outlives the token, and is the same object until it looks again.
 */
export function remembering(verify: TokenVerifier, clock: () => number = Date.now): TokenVerifier {
  const known = new Map<string, { claims: Claims; until: number }>();
  return async (token) => {
    const found = known.get(token);
    if (found && clock() < found.until) return found.claims;
    known.delete(token);
    const claims = await verify(token);
    if (token.length > remembered.characters) return claims;
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= remembered.tokens) known.delete(oldest);
    known.set(token, { claims, until: Math.min(clock() + remembered.ms, (claims.expiresAt + clockTolerance) * 1000) });
    return claims;
  };
}

/** Signs a token for the given claims, valid for some hours. */
export async function signToken(
  secret: string,
  claims: JWTPayload,
  { issuer, audience, hours }: { issuer?: string | undefined; audience?: string | undefined; hours: number },
): Promise<string> {
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime(`${hours}h`);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(new TextEncoder().encode(secret));
}

async function refused<T>(verification: Promise<T>): Promise<T> {
  try {
    return await verification;
  } catch (error) {
    // The general code stands for an answer that is no set of keys, and what is no error of jose for no answer at all.
    const isAway = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
    if (isAway || !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC') {
      const message = 'The keys of the identity provider can not be had at the moment. Try again.';
      throw new AppError(ErrorCode.SERVICE_UNAVAILABLE, message, undefined, {}, { cause: error });
    }
    throw unauthenticated();
  }
}

function claimsOf(payload: JWTPayload): Claims {
  const { sub, iat, exp, email_verified: emailVerified, role } = payload;
  const now = Date.now() / 1000;
  if (!isText(sub) || !Number.isSafeInteger(iat) || !Number.isFinite(exp)) throw unauthenticated();
  // What is before 1970 is no moment that anybody issued a token at, and may be none that the database knows.
  if ((iat as number) < 0 || (iat as number) > now + clockTolerance) throw unauthenticated();
  return {
    sub,
    email: optionalText(payload['email'])?.toLowerCase(),
    emailVerified: emailVerified === undefined || emailVerified === true || emailVerified === 'true',
    name: optionalText(payload['name']),
    role: role === undefined ? undefined : roleOf(role),
    organization: optionalText(payload['organization']),
    projects: payload['projects'] === undefined ? undefined : textsOf(payload['projects']),
    locale: optionalText(payload['locale']),
    issuedAt: new Date((iat as number) * 1000),
    expiresAt: exp as number,
  };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 255 && !value.includes('\0') && value.isWellFormed();

function optionalText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (!isText(value)) throw unauthenticated();
  return value;
}

function textsOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > 100 || !value.every(isText)) throw unauthenticated();
  return [...new Set(value)];
}

function roleOf(value: unknown): Role {
  const role = Object.values(Role).find((candidate) => candidate.toLowerCase() === value);
  if (!role) throw unauthenticated();
  return role;
}
