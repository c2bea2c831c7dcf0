import { registerEnumType } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import { Direction } from '../../db/keyset.js';
import { Visibility } from '../../entities/comment.js';
import { FileStatus } from '../../entities/file.js';
import { StateType, StatusCategory } from '../../entities/state.js';
import { AccessLevel } from '../../entities/ticket.js';
import { VoteScale } from '../../entities/vote.js';
import { ErrorCode } from '../../errors.js';
import { ReportPeriod } from '../../services/report/span.js';
import { TicketOrderField } from '../../services/ticket-order.js';

registerEnumType(Role, {
  name: 'Role',
  description: 'What a person may be to the gateway. Agents and admins together are staff.',
  valuesConfig: {
    CUSTOMER: { description: 'Somebody who asks for help.' },
    AGENT: { description: 'A member of the support team.' },
    ADMIN: { description: 'A member of the support team who also manages people and look-up tables.' },
  },
});

registerEnumType(StateType, {
  name: 'StateType',
  description: 'What a state describes of a ticket.',
  valuesConfig: {
    STATE: { description: 'Its status: how far it has got.' },
    TYPE: { description: 'What kind of request it is.' },
    PRIORITY: { description: 'How urgent it is.' },
    STAGE: { description: 'The step of the work on it.' },
    OUTCOME: { description: 'What came of it.' },
  },
});

registerEnumType(StatusCategory, {
  name: 'StatusCategory',
  description: 'What a status means to the rules, whatever it is called.',
  valuesConfig: {
    OPEN: { description: 'Nobody has taken it up.' },
    IN_PROGRESS: { description: 'Support works on it.' },
    WAITING: { description: 'The customer has to answer.' },
    RESOLVED: { description: 'Solved, and still open for comments.' },
    CLOSED: { description: 'Read-only until it is reopened.' },
  },
});

registerEnumType(AccessLevel, {
  name: 'AccessLevel',
  description: 'Who on the customer side sees a ticket beside its authors and the members of its conversation.',
  valuesConfig: {
    PRIVATE: { description: 'Nobody else.' },
    ACCOUNT_USERS: { description: "Every user of the ticket's organization." },
    PROJECT_USERS: { description: "Users who belong to the ticket's one project." },
    ALL_USERS: { description: 'Both of the above.' },
  },
});

registerEnumType(Visibility, {
  name: 'Visibility',
  description: 'Who may read a comment.',
  valuesConfig: {
    PUBLIC: { description: 'Everyone who sees the ticket.' },
    INTERNAL: {
      description:
        'A note among staff. It changes nothing that a customer can read. Fixed when the comment is written: to publish a note, write a comment.',
    },
  },
});

registerEnumType(FileStatus, {
  name: 'FileStatus',
  description: 'Whether the bytes of a file are there.',
  valuesConfig: {
    PENDING: { description: 'Announced; its bytes have not arrived.' },
    READY: { description: 'There, to be attached or downloaded.' },
  },
});

registerEnumType(VoteScale, {
  name: 'VoteScale',
  description: 'The scale that a score is on.',
  valuesConfig: {
    THUMBS: { description: '-1 or 1, for a comment.' },
    FIVE_POINT: { description: '1..5, given when closing.' },
    TEN_POINT: { description: '1..10, given to a ticket by rating it.' },
  },
});

registerEnumType(TicketOrderField, {
  name: 'TicketOrderField',
  description: 'What tickets can be listed by.',
  valuesConfig: {
    CREATED_AT: { description: 'When it was opened.' },
    UPDATED_AT: { description: 'When it last changed.' },
    NUMBER: { description: 'Its number.' },
    TITLE: { description: 'Its title, as a dictionary would order it.' },
    STATUS: { description: 'The rank of its status.' },
    PRIORITY: { description: 'The rank of its priority.' },
    RELEVANCE: {
      description:
        'Where the words of `query` are, without which it is refused: DESC begins with titles, then come descriptions, then comments; what changed last first.',
    },
  },
});

registerEnumType(Direction, {
  name: 'OrderDirection',
  description: 'Which way a list runs.',
  valuesConfig: {
    ASC: { description: 'The smallest or oldest first.' },
    DESC: { description: 'The greatest or newest first.' },
  },
});

registerEnumType(ReportPeriod, {
  name: 'ReportPeriod',
  description: 'A span of time that ends now.',
  valuesConfig: {
    WEEKLY: { description: 'The ISO week so far: since Monday 00:00 UTC.' },
    MONTHLY: { description: 'The calendar month so far: since its first day, 00:00 UTC.' },
  },
});

registerEnumType(ErrorCode, {
  name: 'ErrorCode',
  description: 'What went wrong; also found as `extensions.code` of a GraphQL error.',
  valuesConfig: {
    VALIDATION_FAILED: { description: 'A value breaks a rule; the path names the argument, the message the limit.' },
    NOT_FOUND: { description: 'There is no such object, or the viewer may not see it.' },
    FORBIDDEN: { description: 'The viewer sees the object but may not do this to it.' },
    UNAUTHENTICATED: { description: 'There is no valid token.' },
    TICKET_CLOSED: { description: 'The ticket is closed, and with it read-only.' },
    TICKET_NOT_CLOSED: { description: 'The ticket is open, so it can not be reopened.' },
    NOT_RATEABLE: { description: 'Only what support said in public is rated.' },
    VERSION_CONFLICT: { description: '`expectedVersion` is not the current version.' },
    IDEMPOTENCY_KEY_REUSED: { description: 'The same idempotency key came with another input.' },
    RATE_LIMITED: { description: 'Done as often as a customer may within a minute: wait for `retryAfterMs`.' },
    SERVICE_UNAVAILABLE: { description: 'Retry: the database or a limit of time stood in the way.' },
    QUERY_TOO_COMPLEX: { description: 'The document asks for more than one operation may.' },
    CURSOR_EXPIRED: { description: 'The position can not be followed any more: refetch.' },
    INTERNAL: { description: 'A fault of the server; the message has an id to report.' },
  },
});
