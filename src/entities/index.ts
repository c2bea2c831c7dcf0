import { AuditEntry } from './audit-entry.js';
import { Comment } from './comment.js';
import { FeedEntry } from './feed-entry.js';
import { File } from './file.js';
import { GroupMember } from './group-member.js';
import { Group } from './group.js';
import { IdempotencyKey } from './idempotency-key.js';
import { Installation } from './installation.js';
import { LogEntry } from './log-entry.js';
import { Member } from './member.js';
import { Organization } from './organization.js';
import { PresenceNote } from './presence.js';
import { Project } from './project.js';
import { ReadFloor } from './read-floor.js';
import { ReadMark } from './read-mark.js';
import { SearchDocument } from './search-document.js';
import { State } from './state.js';
import { SystemEvent } from './system-event.js';
import { TicketAttribute } from './ticket-attribute.js';
import { Ticket } from './ticket.js';
import { Topic } from './topic.js';
import { UnnumberedEvent } from './unnumbered-event.js';
import { UserProject } from './user-project.js';
import { User } from './user.js';
import { Vote } from './vote.js';

/** Every table of the gateway. */
export const entities = [
  AuditEntry,
  Comment,
  FeedEntry,
  File,
  Group,
  GroupMember,
  IdempotencyKey,
  Installation,
  LogEntry,
  Member,
  Organization,
  PresenceNote,
  Project,
  ReadFloor,
  ReadMark,
  SearchDocument,
  State,
  SystemEvent,
  Ticket,
  TicketAttribute,
  Topic,
  UnnumberedEvent,
  User,
  UserProject,
  Vote,
];
