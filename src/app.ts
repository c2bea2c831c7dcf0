import { once } from 'node:events';
import { createTokenVerifier, remembering, type TokenRules } from './auth/token.js';
import type { Viewer } from './auth/viewer.js';
import type { Config } from './config.js';
import { Database } from './db/database.js';
import type { OpenDatabase } from './db/open-database.js';
import { keepHouse } from './db/housekeeping.js';
import { Jobs, type JobTiming } from './db/jobs.js';
import { openReplicas } from './db/replicas/open-replicas.js';
import { UnitOfWork } from './db/unit-of-work.js';
import { Context } from './graphql/context.js';
import { openGate } from './graphql/documents/gate.js';
import { createErrorFormatter } from './graphql/format-error.js';
import { createSchema } from './graphql/schema.js';
import { watchConnections } from './http/drain.js';
import { createFileHandler } from './http/file-handler.js';
import { createGraphqlHandler } from './http/graphql-handler.js';
import { graphiqlPage } from './http/graphiql/page.js';
import { Origins } from './doors/origins.js';
import { createReportHandler } from './http/report-handler.js';
import { listen } from './http/listen.js';
import { createHttpServer } from './http/server.js';
import { Cursors } from './live/cursors.js';
import { writtenHint } from './live/bus.js';
import { openLive } from './live/open-live.js';
import { createLogger, type Logger } from './logger.js';
import type { MailLimits } from './mail/mailer.js';
import { handleObserved, openOps } from './ops/open-ops.js';
import { Plans } from './plans/written/plans.js';
import { openRedis } from './redis/open-redis.js';
import { AuditReading } from './services/audit/read-audit.js';
import { choresOf } from './services/chores.js';
import { Comments } from './services/comments.js';
import { ContactConfirmation } from './services/contact-confirmation.js';
import { Conversations } from './services/conversations.js';
import { Downloads } from './services/downloads.js';
import { Finder } from './services/find.js';
import { Links } from './services/links.js';
import { Groups } from './services/groups.js';
import { TicketListing } from './services/list-tickets.js';
import { LookUps } from './services/look-ups.js';
import { openMail } from './services/mail/open-mail.js';
import { TicketOpening } from './services/open-ticket.js';
import { Organizations } from './services/organizations.js';
import { People } from './services/people.js';
import { Quotas } from './services/quotas.js';
import { ReadMarks } from './services/read-marks.js';
import { TicketReading } from './services/read-tickets.js';
import { type Clock, TicketReports } from './services/report/reports.js';
import { createLinkSignIn, createSignIn } from './services/sign-in.js';
import { TicketSplitting } from './services/split-ticket.js';
import { TicketAttributes } from './services/ticket-attributes.js';
import { TicketFeeds } from './services/ticket-feeds.js';
import { Tickets } from './services/tickets.js';
import { TicketUpdates } from './services/update-ticket.js';
import { Uploads } from './services/uploads.js';
import { Votes } from './services/votes.js';
import { PeopleReading } from './services/read-people.js';
import { States } from './services/states.js';
import { Topics } from './services/topics.js';
import { Users } from './services/users.js';
import { openStorage } from './storage/open-storage.js';
import { forEverybody } from './telemetry.js';
import { attachSocketServer } from './ws/socket-server.js';
import type { SocketTiming } from './ws/watch-sockets.js';

/** A running gateway. */
export interface App {
  /** The endpoint, as it can be reached from this machine. */
  readonly url: string;
  /** Where metrics are read; undefined where nothing is measured. */
  readonly metricsUrl: string | undefined;
  readonly services: AppServices;
  /** Finishes what is under way, sends the sockets away to come back, and closes everything; takes 10 s at most. */
  stop(): Promise<void>;
}

/** What can be done without a door; nobody is mailed about it, and nothing is limited. */
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
  /** How busy this gateway is with jobs; false: it leaves them to others. */
  readonly jobs?: Partial<JobTiming> | false;
  readonly mailLimits?: Partial<MailLimits>;
  /** How long a bucket of `RATE_LIMITS`, or a budget of `COST_PER_MINUTE`, takes to be full again. */
  readonly quotaSeconds?: number;
  /** Text of the headers that GraphiQL starts with. */
  readonly graphiqlHeaders?: string;
  readonly sockets?: Partial<SocketTiming>;
  /** False: resolvers make all answers, and the database none by itself. */
  readonly plans?: false;
  /** What time it is for reports and links, by default that of this machine. */
  readonly clock?: Clock;
}

/** How long requests that are under way may go on after `stop()`, and statements whose clients are gone after that, in milliseconds. */
const drainMs = 8_000;
const settleMs = 500;

/** Opens both doors over a database; when that fails, nothing stays open, and why it failed is thrown. */
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
  const { logger = createLogger(config.logLevel) } = options;
  try {
    return await assemble(config, { ...options, logger }, closing, stop);
  } catch (error) {
    await stop().catch((failure: unknown) => logger.warn({ error: failure }, 'not everything could be closed'));
    throw error;
  }
}

async function assemble(
  config: Config,
  options: AppOptions & { readonly logger: Logger },
  closing: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<App> {
  const { logger } = options;
  const { dataSource } = options.database;
  const db = new Database(dataSource);
  closing.push(() => db.settle(settleMs));
  const { telemetry, metricsUrl } = await openOps(config, db, dataSource, logger, closing);
  const redis = await openRedis(config.redisUrl, db, logger, closing);
  if (redis) telemetry.watchRedis(() => redis.isConnected);
  const { bus, doorbell, threads, feed } = await openLive(config, db, redis, logger, closing);
  const present = (): string[] => doorbell.watched;
  const reads = await openReplicas(config, { db, telemetry, logger, present, closing });

  const jobs = new Jobs(dataSource, logger, options.jobs || {});
  closing.push(() => jobs.stop());
  const handle = handleObserved(jobs, telemetry);
  const digests = openMail(config, options.mailLimits, { db, jobs, handle, doorbell, logger, closing });
  const cursors = await Cursors.of(db);
  const links = await Links.of(db);
  const storage = await openStorage(config, links.secretName('files'));
  closing.push(keepHouse(db, logger, choresOf(config, storage)));
  const hint = (ids: string[]): void => forEverybody(() => bus.publish([...ids, writtenHint]));
  const work = new UnitOfWork(db, hint, digests && ((tx, remarks) => digests.plan(tx, remarks)), reads.floors);
  const silently = new UnitOfWork(db, hint, null, reads.floors);
  const find = new Finder(db);
  const people = new People(db, hint, reads.floors);
  const reading = new TicketReading(db, config.ticketPrefix);
  const clock = options.clock ?? Date.now;
  const services = {
    attributes: new TicketAttributes(work, find),
    audit: new AuditReading(db),
    comments: new Comments(work, find, config.autoStatus),
    confirmation: new ContactConfirmation(work, find, jobs),
    conversations: new Conversations(db, find, cursors, threads),
    cursors,
    feedCursors: feed.cursors,
    feeds: new TicketFeeds(feed, config.ticketPrefix),
    downloads: new Downloads(db, links, storage, logger),
    links,
    groups: new Groups(work),
    listing: new TicketListing(db, config.ticketPrefix),
    lookUps: new LookUps(db),
    opening: new TicketOpening(work, find),
    organizations: new Organizations(work, find),
    peopleReading: new PeopleReading(db),
    quotas: new Quotas(config.rateLimits, redis, options.quotaSeconds),
    reading,
    readMarks: new ReadMarks(db, work, find),
    reports: new TicketReports(db, links, reading, clock),
    splitting: new TicketSplitting(db, work, find),
    tickets: new Tickets(work, find),
    updates: new TicketUpdates(work, find),
    uploads: new Uploads(db, work, links, storage),
    votes: new Votes(work, find),
    states: new States(work),
    topics: new Topics(work),
    users: new Users(db, work, find),
  };
  const schema = createSchema(services, ({ cause: error, code, message }) => logger.warn({ error, code }, message));
  const door = {
    schema,
    ...(options.plans !== false && { plans: new Plans(schema, { db, humanIdPrefix: config.ticketPrefix, cursors }) }),
    introspection: config.introspection,
    origins: new Origins(config),
    ...(await openGate(config, redis, options.quotaSeconds)),
    ...createSignIn(remembering(createTokenVerifier(options.tokens)), people),
    createContext: (viewer: Viewer, acceptLanguage?: string) =>
      new Context(viewer, db, services.conversations, services.feeds, acceptLanguage),
    watch: (userId: string, listener: () => void) => doorbell.watch(userId, listener),
    formatError: createErrorFormatter(logger, { hints: config.introspection }),
    logger,
    telemetry,
    ...reads,
  };
  const linkSignIn = createLinkSignIn(links, people, clock);
  const graphql = await createGraphqlHandler(door);
  closing.push(() => graphql.stop());
  let isStopping = false;
  const server = createHttpServer({
    ...door,
    graphql: graphql.handle,
    files: createFileHandler({ ...door, ...services, linkSignIn }),
    reports: createReportHandler({ ...door, ...services, linkSignIn }),
    stalledMs: options.sockets?.stalledMs,
    isReady: async () => !isStopping && (await db.query('select 1')).length === 1,
    ...(config.introspection && { graphiql: () => graphiqlPage('/graphql', options.graphiqlHeaders) }),
  });
  const drain = watchConnections(server);
  const closeSockets = attachSocketServer(server, { ...door, timing: options.sockets });
  closing.push(async () => {
    isStopping = true;
    const closed = server.listening ? once(server, 'close') : undefined;
    drain();
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await closeSockets();
    await closed;
    clearTimeout(timer);
  });
  const origin = await listen(server, config);
  if (options.jobs !== false) jobs.start();
  // What is under way may end while the doors are closed.
  closing.push(() => jobs.quit());
  links.publishAt(config.publicUrl ?? origin);
  const withoutDoor = {
    db,
    people,
    opening: new TicketOpening(silently, find),
    comments: new Comments(silently, find, config.autoStatus),
    tickets: new Tickets(silently, find),
  };
  return { url: `${origin}/graphql`, metricsUrl, services: withoutDoor, stop };
}
