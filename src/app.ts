import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTokenVerifier, type TokenRules } from './auth/token.js';
import type { Viewer } from './auth/viewer.js';
import type { Config } from './config.js';
import { Database } from './db/database.js';
import type { OpenDatabase } from './db/open-database.js';
import { StartError } from './errors.js';
import { keepHouse } from './db/housekeeping.js';
import { UnitOfWork } from './db/unit-of-work.js';
import { Context } from './graphql/context.js';
import { createErrorFormatter } from './graphql/format-error.js';
import { createSchema } from './graphql/schema.js';
import { watchConnections } from './http/drain.js';
import { createGraphqlHandler } from './http/graphql-handler.js';
import { graphiqlPage } from './http/graphiql/page.js';
import { createHttpServer } from './http/server.js';
import { LocalBus } from './live/bus.js';
import { Cursors } from './live/cursors.js';
import { Doorbell } from './live/doorbell.js';
import { NotifyBus } from './live/notify-bus.js';
import { createLogger, type Logger } from './logger.js';
import { Comments } from './services/comments.js';
import { Conversations } from './services/conversations.js';
import { Finder } from './services/find.js';
import { Links } from './services/links.js';
import { Groups } from './services/groups.js';
import { TicketListing } from './services/list-tickets.js';
import { LookUps } from './services/look-ups.js';
import { TicketOpening } from './services/open-ticket.js';
import { Organizations } from './services/organizations.js';
import { People } from './services/people.js';
import { ReadMarks } from './services/read-marks.js';
import { TicketReading } from './services/read-tickets.js';
import { createSignIn } from './services/sign-in.js';
import { TicketSplitting } from './services/split-ticket.js';
import { TicketAttributes } from './services/ticket-attributes.js';
import { Tickets } from './services/tickets.js';
import { TicketUpdates } from './services/update-ticket.js';
import { Votes } from './services/votes.js';
import { PeopleReading } from './services/read-people.js';
import { States } from './services/states.js';
import { Topics } from './services/topics.js';
import { Users } from './services/users.js';
import { attachSocketServer } from './ws/socket-server.js';

/** A running gateway. */
export interface App {
  /** The endpoint, as it can be reached from this machine. */
  readonly url: string;
  readonly services: AppServices;
  /** Finishes what is under way, sends the sockets away to come back, and closes everything; takes 10 s at most. */
  stop(): Promise<void>;
}

/** What can be done without a door. */
export interface AppServices {
  readonly db: Database;
  readonly people: People;
  readonly opening: TicketOpening;
  readonly comments: Comments;
  readonly tickets: Tickets;
}

/** What a start may bring along beside the configuration. */
export interface AppOptions {
  /** The gateway closes it when it stops, and when it can't start. */
  readonly database: OpenDatabase;
  readonly tokens: TokenRules;
  readonly logger?: Logger;
  /** Text of the headers that GraphiQL starts with. */
  readonly graphiqlHeaders?: string;
}

/** How long requests that are under way may go on after `stop()`, in milliseconds. */
const drainMs = 8_000;

/** Opens both doors over a database; when that fails, nothing stays open. */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const closing: (() => Promise<void> | void)[] = [() => options.database.close()];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    // What can't be closed must not keep the rest open.
    for (const close of closing.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
  };
  try {
    return await assemble(config, options, closing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  config: Config,
  options: AppOptions,
  closing: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<App> {
  const logger = options.logger ?? createLogger(config.logLevel);
  const db = new Database(options.database.dataSource);
  closing.push(keepHouse(db, logger));
  const bus = config.databaseUrl === undefined ? new LocalBus() : new NotifyBus(config.databaseUrl, db, logger);
  closing.push(() => bus.close());
  if (bus instanceof NotifyBus) await bus.open();
  const doorbell = new Doorbell(bus, db, logger);
  closing.push(() => doorbell.close());

  const cursors = await Cursors.of(db);
  const links = await Links.of(db);
  const work = new UnitOfWork(db, (ids) => bus.publish(ids));
  const find = new Finder(db);
  const people = new People(db, (userIds) => bus.publish(userIds));
  const services = {
    attributes: new TicketAttributes(work, find),
    comments: new Comments(work, find, config.autoStatus),
    conversations: new Conversations(db, find, cursors, doorbell),
    cursors,
    links,
    groups: new Groups(work),
    listing: new TicketListing(db, config.ticketPrefix),
    lookUps: new LookUps(db),
    opening: new TicketOpening(work, find),
    organizations: new Organizations(work, find),
    peopleReading: new PeopleReading(db),
    reading: new TicketReading(db, config.ticketPrefix),
    readMarks: new ReadMarks(db, work, find),
    splitting: new TicketSplitting(db, work, find),
    tickets: new Tickets(work, find),
    updates: new TicketUpdates(work, find),
    votes: new Votes(work, find),
    states: new States(work),
    topics: new Topics(work),
    users: new Users(db, work, find),
  };
  const door = {
    schema: createSchema(services, (error) => logger.warn({ error: error.cause, code: error.code }, error.message)),
    introspection: config.introspection,
    corsOrigins: config.corsOrigins,
    signIn: createSignIn(createTokenVerifier(options.tokens), people),
    createContext: (viewer: Viewer, acceptLanguage?: string) =>
      new Context(viewer, db, services.conversations, acceptLanguage),
    watch: (userId: string, listener: () => void) => doorbell.watch(userId, listener),
    formatError: createErrorFormatter(logger, { hints: config.introspection }),
    logger,
  };
  const graphql = await createGraphqlHandler(door);
  closing.push(() => graphql.stop());

  let isStopping = false;
  const server = createHttpServer({
    ...door,
    graphql: graphql.handle,
    localOnly: config.tokenKey === undefined,
    isReady: async () => !isStopping && (await db.query('select 1')).length === 1,
    ...(config.introspection && { graphiql: () => graphiqlPage(graphiqlOptions(options)) }),
  });
  const drain = watchConnections(server);
  const closeSockets = attachSocketServer(server, door);
  server.listen(config.port, config.host);
  await once(server, 'listening').catch((error: unknown) => {
    throw portError(error, config);
  });
  closing.push(async () => {
    isStopping = true;
    const closed = once(server, 'close');
    drain();
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await closeSockets();
    await closed;
    clearTimeout(timer);
  });
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host.replace('0.0.0.0', '127.0.0.1');
  links.publishAt(config.publicUrl ?? `http://${host}:${port}`);
  return { url: `http://${host}:${port}/graphql`, services: { db, people, ...services }, stop };
}

const graphiqlOptions = ({ graphiqlHeaders }: AppOptions): { endpoint: string; defaultHeaders?: string } => ({
  endpoint: '/graphql',
  ...(graphiqlHeaders !== undefined && { defaultHeaders: graphiqlHeaders }),
});

function portError(error: unknown, { port, host }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new StartError(`PORT: ${port} is in use on ${host}. Set another one.`);
  if (code === 'EACCES') return new StartError(`PORT: ${port} may not be listened on. Set one above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartError(`HOST: ${host} is no address of this machine.`);
  return error;
}
