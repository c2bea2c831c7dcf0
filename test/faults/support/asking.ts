import type { Actor } from '../../support/gateway.js';

/** What somebody is told instead of an answer: the code of a typed error, or that of the connection. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
}

/** Codes that clients try again after; whatever else comes is a fault of the gateway. */
export const bearable: readonly string[] = [
  'SERVICE_UNAVAILABLE',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
];
/** Words of the database, its driver and the system, of which no client should hear. */
export const rawWords =
  /terminat|administrator|timeout|connection|ECONN|ENOSPC|EFBIG|57P0|pool|relation|deadlock|redis/i;

/** Adds a comment, and asks for all that its answer has to be the same in when it is sent again. */
export const addComment = /* GraphQL */ `
  mutation ($input: AddCommentInput!) {
    addComment(input: $input) {
      comment {
        id
        body
      }
      cursor
      replayed
      userErrors {
        code
        message
      }
    }
  }
`;

/** What an operation of one field is answered with, or what stood in its way. */
export async function attempt(
  actor: Actor,
  document: string,
  input?: object,
): Promise<{ payload: any; trouble?: undefined } | { trouble: Trouble }> {
  try {
    const { data, errors } = await actor.send<Record<string, any>>(document, input && { input });
    const [payload] = Object.values(data ?? {});
    const told = errors?.map(({ message, extensions: { code } }) => ({ code, message })) ?? payload?.userErrors ?? [];
    return told.length > 0 ? { trouble: told[0] as Trouble } : { payload };
  } catch (error) {
    const { cause, message } = error as { cause?: { code?: string }; message: string };
    // What is no answer of a gateway has no text that anybody would have chosen.
    return { trouble: { code: cause?.code ?? message, message: '' } };
  }
}
