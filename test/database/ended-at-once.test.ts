/** @jest-environment node */
import { createDataSource } from '../../src/db/data-source.js';
import { Replica } from '../../src/db/replicas/replica.js';
import { createLogger } from '../../src/logger.js';
import { farewell, Impostor, ready, welcome } from '../support/impostor.js';

/** A server that lets everybody in and ends the session in the same breath, before anybody can have got hold of it. */
async function brief(): Promise<{ impostor: Impostor; url: string }> {
  const impostor = new Impostor((socket) => socket.end(Buffer.concat([welcome, ready, farewell])));
  return { impostor, url: await impostor.url() };
}

it('ends no process by a session of the primary that is ended as soon as it has begun', async () => {
  const { impostor, url } = await brief();
  await expect(createDataSource({ url, poolSize: 1 }).initialize()).rejects.toThrow(/not queryable|terminated/i);
  impostor.close();
});

it('ends no process by a session of a replica that is ended as soon as it has begun', async () => {
  const { impostor, url } = await brief();
  const replica = new Replica(url, createLogger('silent'));
  await expect(replica.query('select 1')).rejects.toThrow(/not queryable|terminated/i);
  await replica.close();
  impostor.close();
});
