import type { App } from '../app.js';
import type { Config } from '../config.js';
import { openDatabase } from '../db/open-database.js';
import { demoPeople } from '../demo/people.js';
import { tokenRules } from './keys.js';

const demoTokenHours = '168';

/** Starts the gateway and tells in a few lines what it did and what to open; `onDeath` hears when the database stops. */
export async function start(config: Config, onDeath: (error: Error) => void): Promise<App> {
  const startedAt = performance.now();
  const isDemo = config.tokenKey === undefined;
  const tokens = tokenRules(config);
  const opening = openDatabase(config, {
    onFirstStart: () => console.log(`Making a database in ${config.dataDir} (once, a few seconds) ...`),
    onWait: () => console.log('The database does not answer in time; waiting for it (half a minute at most) ...'),
    onDeath,
  });
  // The rest of the program is loaded while the database opens.
  const [database, { createApp }, { fillDemo }, demoTokens] = await Promise.all([
    opening,
    import('../app.js'),
    import('../demo/fill.js'),
    isDemo ? makeDemoTokens(config) : undefined,
  ]);
  const app = await createApp(config, {
    database,
    tokens,
    ...(demoTokens && { graphiqlHeaders: JSON.stringify({ Authorization: `Bearer ${demoTokens.customer}` }, null, 2) }),
  });
  const filled = isDemo ? await fillDemo(app.services) : 0;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const place =
    config.databaseUrl === undefined ? `embedded PostgreSQL in ${config.dataDir}` : 'PostgreSQL at DATABASE_URL';
  const done = [
    ...(database.migrated.length > 0 ? [`${database.migrated.length} migrations run`] : []),
    ...(filled > 0 ? [`${filled} demo tickets written`] : []),
  ];
  console.log(`Database: ${place}${done.length > 0 ? ` (${done.join(', ')})` : ''}.`);
  console.log(`Ready in ${seconds} s: ${app.url}${config.introspection ? ' (open it in a browser)' : ''}`);
  if (demoTokens) console.log(demoGuide(app.url, demoTokens));
  return app;
}

type DemoTokens = Readonly<Record<keyof typeof demoPeople, string>>;

async function makeDemoTokens(config: Config): Promise<DemoTokens> {
  const { makeToken } = await import('./token.js');
  const entries = Object.entries(demoPeople).map(async ([key, person]) => [
    key,
    await makeToken(config, { ...person, hours: demoTokenHours }),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as DemoTokens;
}

const demoGuide = (url: string, tokens: DemoTokens): string => `
DEMO MODE: neither JWT_SECRET nor JWKS_URL is set, so these people can sign in, from this machine only, for a week.

customer: ${tokens.customer}

agent: ${tokens.agent}

admin: ${tokens.admin}

Try it:
curl -s ${url} -H 'Content-Type: application/json' -H 'Authorization: Bearer ${tokens.customer}' -d '{"query":"{ viewer { name } ticket(number: 1) { title status { name } comments { nodes { body author { name } } } } }"}'
`;
