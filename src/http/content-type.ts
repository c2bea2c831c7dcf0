import type { IncomingMessage } from 'node:http';
import { invalid } from '../errors.js';

/** Characters; those who read the header further on were not made for one that is as long as all headers may be. */
const longest = 256;

/** What a request says its body is; throws VALIDATION_FAILED for more than 256 characters. */
export function contentTypeOf({ headers }: IncomingMessage): string | undefined {
  const { 'content-type': contentType } = headers;
  if (contentType !== undefined && contentType.length > longest) {
    throw invalid([], 'contentType', `The header \`Content-Type\` has at most ${longest} characters.`);
  }
  return contentType;
}
