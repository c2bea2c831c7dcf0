import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidOf } from '../../src/global-id.js';
import { Links } from '../../src/services/links.js';
import { CreateUploadDocument } from '../support/_generated.js';
import { type RawAnswer, refusalCodes, send } from '../doors/support.js';
import type { Actor, TestGateway } from '../support/gateway.js';
import type { Input } from '../tickets/support.js';

/** A file as its owner announces it. */
export interface Announced {
  id: string;
  url: string;
}

/** Announces a file; answers where to send it. */
export async function announce(actor: Actor, input: Input = {}): Promise<Announced> {
  const asked = { name: 'notes.txt', size: 5, contentType: 'text/plain', ...input };
  const { createUpload } = await actor.run(CreateUploadDocument, { input: asked });
  expect(createUpload?.userErrors).toEqual([]);
  return { id: createUpload?.file?.id ?? '', url: createUpload?.uploadUrl ?? '' };
}

/** Sends bytes to a link. */
export const put = (url: string, body: string | Buffer | (string | Buffer)[], headers = {}): Promise<RawAnswer> =>
  send(url, { method: 'PUT', headers: { 'content-type': 'text/plain', ...headers }, body });

/** Announces and sends a file; answers its id. */
export async function upload(actor: Actor, text: string | Buffer = 'Hello', input: Input = {}): Promise<string> {
  const bytes = Buffer.from(text);
  const { id, url } = await announce(actor, { size: bytes.length, ...input });
  const contentType = (input['contentType'] as string | undefined) ?? 'text/plain';
  expect(await put(url, bytes, { 'content-type': contentType })).toMatchObject({ status: 204, text: '' });
  return id;
}

/** A file as somebody reads it; null where they may not. */
export interface Seen {
  id: string;
  name: string;
  size: number;
  contentType: string;
  status: string;
  url: string | null;
}

const fileFields = 'id name size contentType status url';

/** A file by its id. */
export const fileOf = async (actor: Actor, id: string): Promise<Seen | null> =>
  (
    await actor.run<{ node: Seen | null }>(`query ($id: ID!) { node(id: $id) { ... on File { ${fileFields} } } }`, {
      id,
    })
  ).node;

/** A link to a file that somebody has to be able to read. */
export async function linkTo(actor: Actor, id: string): Promise<string> {
  const url = (await fileOf(actor, id))?.url;
  if (!url) throw new Error('there is no link');
  return url;
}

/** Files of a ticket's comments, for each comment. */
export async function filesIn(actor: Actor, ticketId: string): Promise<Seen[][]> {
  const document = `query ($id: ID!) { ticket(id: $id) { comments { nodes { files { ${fileFields} } } } } }`;
  interface Thread {
    ticket: { comments: { nodes: { files: Seen[] }[] } };
  }
  return (await actor.run<Thread>(document, { id: ticketId })).ticket.comments.nodes.map(({ files }) => files);
}

/** Everything in the folder of a gateway's data: paths from there, folders with a slash. */
export async function stored({ config }: TestGateway, below = ''): Promise<string[]> {
  const entries = await readdir(join(config.dataDir, below), { withFileTypes: true }).catch(() => []);
  const found = entries.map(async (entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory() ? [`${path}/`, ...(await stored({ config } as TestGateway, path))] : [path];
  });
  return (await Promise.all(found)).flat().sort();
}

/** Names of the files in it. */
export const storedFiles = async (gateway: TestGateway): Promise<string[]> =>
  (await stored(gateway)).filter((path) => !path.endsWith('/'));

/** Who may do what to a path, as octal digits. */
export const modeOf = async ({ config }: TestGateway, path: string): Promise<string> =>
  ((await stat(join(config.dataDir, path))).mode & 0o777).toString(8);

/** The row of a file. */
export async function rowOf({ app }: TestGateway, id: string): Promise<Record<string, unknown> | undefined> {
  const rows = await app.services.db.query<Record<string, unknown>>('select * from files where id = $1', [
    uuidOf('File', id),
  ]);
  return rows[0];
}

/** Looks again and again until something is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it does not become so');
    await new Promise(setImmediate);
  }
}

/** Links as the gateway signs them, for another time or another use. */
export async function linksOf({ app, url }: TestGateway): Promise<Links> {
  const links = await Links.of(app.services.db);
  links.publishAt(new URL(url).origin);
  return links;
}

/** The codes and the rule that a refusal over HTTP tells; it must not tell anything of the inside. */
export function refusalOf(answer: RawAnswer): { status: number; code: string | undefined; rule: string | undefined } {
  const [code] = refusalCodes(answer);
  expect(answer.text).not.toMatch(/\/tmp|node:|\.ts|\.js|storage/);
  const { errors } = JSON.parse(answer.text) as { errors: { extensions: { constraint?: string } }[] };
  return { status: answer.status, code, rule: errors[0]?.extensions.constraint };
}
