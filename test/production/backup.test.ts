/** @jest-environment node */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { signToken } from '../../src/auth/token.js';
import { send } from '../doors/support.js';
import { linkTo, upload } from '../files/support.js';
import { open, say } from '../client/support.js';
import { cleanUp, Program } from '../lifecycle/process.js';
import { ticketLog } from '../support/documents.js';
import { Actor, secret } from '../support/gateway.js';
import { contentsOf, contentsOfFolder, emptyDatabase, folder, removeFolders } from './databases.js';

jest.setTimeout(120_000);

const missing = ['pg_dump', 'pg_restore'].filter((name) => spawnSync(name, ['--version']).error !== undefined);
if (!process.env['TEST_DATABASE_URL']) console.warn('Not run without TEST_DATABASE_URL: backup of a server');
else if (missing.length > 0) console.warn('Not run: backup of a server. Install the client programs of PostgreSQL.');
const itOnServer = process.env['TEST_DATABASE_URL'] && missing.length === 0 ? it : it.skip;

const databases: { drop: () => Promise<void> }[] = [];

afterAll(async () => {
  await cleanUp();
  for (const { drop } of databases) await drop();
  removeFolders();
});

type Variables = Record<string, string>;

/** Runs the commands that the document shows under a name, in a folder of their own but for those of npm. */
function run(name: string, variables: Variables, where: string): void {
  const [, block = ''] =
    new RegExp(`\`\`\`sh ${name}\\n([\\s\\S]*?)\`\`\``).exec(readFileSync('docs/production.md', 'utf8')) ?? [];
  expect(block).not.toBe('');
  const { PATH = '', HOME = '' } = process.env;
  const commands = block.replace(/^npm run/gm, `npm --prefix "${process.cwd()}" run`);
  execFileSync('sh', ['-euc', commands], {
    cwd: where,
    env: { PATH, HOME, JWT_SECRET: secret, ...variables },
    stdio: 'pipe',
  });
}

interface Written {
  readonly id: string;
  readonly fileId: string;
  readonly position: string;
}

const person = { sub: 'agent', email: 'a@example.com', role: 'agent' };
const attach =
  'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } userErrors { code } } }';

/** Has a gateway write a thread with a file. */
async function write(variables: Variables): Promise<Written> {
  const gateway = new Program({ JWT_SECRET: secret, ...variables });
  const agent = new Actor(await gateway.ready(), await signToken(secret, person, { hours: 1 }));
  const { id } = await open(agent);
  const fileId = await upload(agent, 'The bytes of a file');
  const { addComment } = await agent.run(attach, { input: { ticketId: id, body: 'See', fileIds: [fileId] } });
  expect(addComment.userErrors).toEqual([]);
  const position = (await agent.run(ticketLog, { id })).ticket.conversation.headCursor as string;
  expect(await gateway.stop()).toBe(0);
  return { id, fileId, position };
}

/** Has a gateway on the copy show that thread, and refuse the position of before. */
async function check(variables: Variables, { id, fileId, position }: Written): Promise<void> {
  const gateway = new Program({ JWT_SECRET: secret, ...variables });
  const agent = new Actor(await gateway.ready(), await signToken(secret, person, { hours: 1 }));
  const { ticket } = await agent.run('query ($id: ID!) { ticket(id: $id) { comments { nodes { body } } } }', { id });
  expect(ticket.comments.nodes).toEqual([{ body: 'First' }, { body: 'See' }]);
  expect((await send(await linkTo(agent, fileId))).text).toBe('The bytes of a file');
  const { errors } = await agent.send(ticketLog, { id, after: position });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['CURSOR_EXPIRED']);
  await say(agent, id, 'After the restore');
  expect(await gateway.stop()).toBe(0);
}

/** All but what tells one restored copy from another. */
function lasting({ ...contents }: Record<string, string[]>): Record<string, string[]> {
  contents['public.installation'] = (contents['public.installation'] ?? []).map((row) =>
    row.replace(/"epoch": "[0-9a-f]+"/, ''),
  );
  return contents;
}

itOnServer('A server is copied and restored by the documented commands', async () => {
  const [original, copy] = [await emptyDatabase(), await emptyDatabase()];
  databases.push(original, copy);
  const [files, newFiles, where] = [folder(), folder(), folder()];
  const at = (url: string, path: string): Variables => ({
    DATABASE_URL: url,
    STORAGE_URL: `file://${path}`,
    DATA_DIR: where,
  });
  const written = await write(at(original.url, files));
  run('backup', { DATABASE_URL: original.url, FILES: files }, where);
  run('restore', { DATABASE_URL: copy.url, FILES: newFiles }, where);
  expect(lasting(await contentsOf(copy.url))).toEqual(lasting(await contentsOf(original.url)));
  await check(at(copy.url, newFiles), written);
});

it('The embedded database is copied and restored by the documented commands', async () => {
  const [data, where] = [folder(), folder()];
  const copy = `${folder()}/data`;
  const written = await write({ DATA_DIR: data });
  run('backup-embedded', { DATA_DIR: data }, where);
  run('restore-embedded', { DATA_DIR: copy }, where);
  expect(lasting(await contentsOfFolder(copy))).toEqual(lasting(await contentsOfFolder(data)));
  await check({ DATA_DIR: copy }, written);
});
