import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.js';
import { FolderStorage } from './folder.js';
import type { Storage } from './storage.js';

/**
 * Opens the place that is configured. Each database has a folder of its own there, by a name that no other has: so none clears away
 * what another knows.
 */
export async function openStorage(
  { storageUrl, dataDir }: Pick<Config, 'storageUrl' | 'dataDir'>,
  name: string,
): Promise<Storage> {
  if (storageUrl === undefined) return new FolderStorage(join(dataDir, 'files', name));
  const url = new URL(storageUrl);
  if (url.protocol === 'file:') return new FolderStorage(join(fileURLToPath(url), name));
  const [region, endpoint] = ['region', 'endpoint'].map((parameter) => url.searchParams.get(parameter));
  const prefix = [...url.pathname.split('/').filter((part) => part !== ''), name, ''].join('/');
  // Twenty megabytes of it: loaded by those alone who use it.
  const { BucketStorage } = await import('./bucket.js');
  return new BucketStorage({
    bucket: url.hostname,
    prefix,
    ...(region && { region }),
    ...(endpoint && { endpoint }),
  });
}
