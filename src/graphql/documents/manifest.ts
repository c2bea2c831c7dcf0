import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../errors.js';

/** The hash that clients know a text by. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads documents by their ids: a manifest as Apollo's or the code generator's tools write it, or a folder of such manifests and
 * of `.graphql` files, which are known by the SHA-256 of their text.
 */
export async function readManifest(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder ? (await readdir(path)).sort().map((name) => join(path, name)) : [path];
    const documents = new Map((await Promise.all(files.map(readFileOf))).flat());
    if (documents.size === 0) throw new Error('it has no documents');
    return documents;
  } catch (error) {
    throw new StartError(`TRUSTED_DOCUMENTS_FILE: ${path} can't be read: ${(error as Error).message}`);
  }
}

type Entry = readonly [id: string, text: string];

async function readFileOf(path: string): Promise<Entry[]> {
  if (path.endsWith('.json')) return entriesIn(path, JSON.parse(await readFile(path, 'utf8')));
  if (!/\.(graphql|gql)$/.test(path)) return [];
  const text = await readFile(path, 'utf8');
  // Editors end a file with a line break, clients do not end a document with one.
  return [...new Set([text, text.trim()])].map((each) => [hashOf(each), each]);
}

function entriesIn(path: string, manifest: unknown): Entry[] {
  const { format, operations } = Object(manifest) as { format?: unknown; operations?: unknown };
  const entries =
    format === 'apollo-persisted-query-manifest' && Array.isArray(operations)
      ? operations
          .map((operation: unknown) => operation as Record<'id' | 'body', unknown>)
          .map(({ id, body }) => [id, body])
      : Object.entries(Object(manifest) as object);
  const isObject = typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest);
  const isWrong = !isObject || entries.some((entry) => entry.some((part) => typeof part !== 'string' || part === ''));
  if (isWrong) throw new Error(`${path} is neither Apollo's manifest nor an object of texts by their hash`);
  return entries as unknown as Entry[];
}
