import { Command } from 'commander';
import type { App } from './app.js';
import { start } from './cli/start.js';
import type { TokenOptions } from './cli/token.js';
import { ConfigError, loadConfig } from './config.js';
import { StartError } from './errors.js';

/** How long stopping may take, in milliseconds. */
const stopLimitMs = 9_500;

const readConfig = (): ReturnType<typeof loadConfig> => loadConfig(process.env);

const program = new Command('ticketing-gateway').description('One GraphQL endpoint for support tickets.');

program
  .command('start', { isDefault: true })
  .description('open the database and listen')
  .action(async () => {
    let app: App | undefined = undefined;
    let signals = 0;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        signals++;
        // One Ctrl-C may come twice, because npm passes on what the terminal has sent already: the third time it is meant.
        if (signals > 2) process.exit(130);
        if (signals > 1) return;
        // Nobody is served yet, and the next start makes up for what this one has left undone.
        if (!app) process.exit(0);
        setTimeout(
          () => fail(new StartError(`Not everything was closed within ${stopLimitMs / 1000} s.`)),
          stopLimitMs,
        ).unref();
        app.stop().then(() => process.exit(0), fail);
      });
    }
    app = await start(readConfig(), (error) => fail(new StartError(error.message)));
  });

program
  .command('migrate')
  .description('bring the tables of the database up to date')
  .option('--undo', 'take the newest migration back')
  .action(async (options: { undo?: boolean }) => {
    const { migrate } = await import('./cli/migrate.js');
    await migrate(readConfig(), options);
  });

program
  .command('jobs')
  .description('list the jobs that were given up, such as letters that were refused')
  .option('--retry <id>', 'have one of them tried once more')
  .action(async (options: { retry?: string }) => {
    const { jobs } = await import('./cli/jobs.js');
    await jobs(readConfig(), options);
  });

program
  .command('move')
  .description('copy the embedded database into an empty one on a server')
  .requiredOption('--to <url>', 'postgres://user:password@host:5432/database')
  .action(async (options: { to: string }) => {
    const { move } = await import('./cli/move.js');
    await move(readConfig(), options);
  });

program
  .command('restored')
  .description('make positions of clients invalid, after a backup was put back')
  .action(async () => {
    const { restored } = await import('./cli/restored.js');
    await restored(readConfig());
  });

program
  .command('seed')
  .description('fill an empty database with made-up tickets')
  .requiredOption('--tickets <number>', 'how many')
  .action(async (options: { tickets: string }) => {
    const { seed } = await import('./cli/seed.js');
    await seed(readConfig(), options);
  });

program
  .command('token')
  .description('print a token for the configured key')
  .requiredOption('--role <role>', 'customer, agent or admin')
  .requiredOption('--email <address>', 'whose token it is')
  .option('--name <name>', 'the name that others see')
  .option('--organization <human id>', 'such as ORG-1')
  .option('--project <key...>', 'projects of the organization')
  .option('--hours <number>', 'how long it is valid', '24')
  .action(async (options: TokenOptions) => {
    const { makeToken } = await import('./cli/token.js');
    console.log(await makeToken(readConfig(), options));
  });

program
  .command('schema')
  .description('print the GraphQL schema')
  .action(async () => {
    const { printedSchema } = await import('./cli/schema.js');
    process.stdout.write(printedSchema());
  });

/** What is wrong with the surroundings is told in a line each; only a fault of the program shows its stack. */
function fail(error: unknown): never {
  const problems = error instanceof ConfigError ? error.problems : error instanceof StartError ? [error.message] : [];
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.error(error instanceof Error ? error.stack : error);
  process.exit(1);
}

await program.parseAsync().catch(fail);
