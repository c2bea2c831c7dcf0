const prefixes = {
  AuditEntry: 'aud',
  Comment: 'com',
  Conversation: 'cnv',
  File: 'fil',
  Group: 'grp',
  Member: 'mem',
  Organization: 'org',
  Project: 'prj',
  State: 'sta',
  SystemEvent: 'evt',
  Ticket: 'tic',
  TicketAttribute: 'att',
  Topic: 'top',
  User: 'usr',
  Vote: 'vot',
} as const;

/** The types whose objects `node(id:)` finds. */
export type NodeType = keyof typeof prefixes;

const typeOfPrefix = new Map(Object.entries(prefixes).map(([type, prefix]) => [prefix as string, type as NodeType]));
const pattern = /^([a-z]{3})_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** The id that clients see: unique among all types and cheap to write in SQL. */
export const globalId = (type: NodeType, uuid: string): string => `${prefixes[type]}_${uuid}`;

/** SQL of the id that clients see for the uuid in an expression; null where that is null. */
export const globalIdInSql = (type: NodeType, uuid: string): string => `('${prefixes[type]}_' || ${uuid})`;

/** What a global id stands for; null when the server could not have handed it out. */
export function parseGlobalId(id: string): { type: NodeType; uuid: string } | null {
  const [, prefix, uuid] = pattern.exec(id) ?? [];
  const type = prefix && typeOfPrefix.get(prefix);
  return type && uuid ? { type, uuid } : null;
}

/** The uuid behind a global id of the given type; null for any other text. */
export function uuidOf(type: NodeType, id: string): string | null {
  const parsed = parseGlobalId(id);
  return parsed?.type === type ? parsed.uuid : null;
}
