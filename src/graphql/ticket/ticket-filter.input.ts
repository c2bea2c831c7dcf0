import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import { StatusCategory } from '../../entities/state.js';
import { AccessLevel } from '../../entities/ticket.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { CheckedLater } from '../shared/validation.js';

/** A condition that may be left out. The service checks them all: class-validator would take minutes for a large filter. */
const Condition =
  (type: () => NonNullable<unknown>, description: string): PropertyDecorator =>
  (target, property) => {
    CheckedLater()(target, property);
    Field(type, { nullable: true, description })(target, property);
  };

/** What tickets are to be listed. */
@InputType('TicketFilter', {
  description:
    'What tickets have to be like; all conditions count. Null is as absent, `[]` in a list matches nothing. At most 5 levels, 50 conditions and 1000 items in a list.',
})
export class TicketFilterInput {
  @Condition(() => Boolean, 'Not closed; false: closed.')
  isOpen?: boolean | null;

  @Condition(() => Boolean, 'Its status is of the category RESOLVED; false: of another.')
  isResolved?: boolean | null;

  @Condition(() => Boolean, 'The customer side has read everything that support wrote; false: it has not.')
  isClientRead?: boolean | null;

  @Condition(() => Boolean, 'Its reporter was a customer when they became it; false: a member of staff.')
  isClientAuthor?: boolean | null;

  @Condition(() => Boolean, 'It has a vote; false: it has none.')
  isRated?: boolean | null;

  @Condition(() => [String], 'Keys of statuses.')
  statusKey?: string[] | null;

  @Condition(() => [StatusCategory], 'Categories of statuses.')
  statusCategory?: StatusCategory[] | null;

  @Condition(() => [String], 'Keys of priorities.')
  priorityKey?: string[] | null;

  @Condition(() => [String], 'Keys of types.')
  typeKey?: string[] | null;

  @Condition(() => [String], 'Keys of stages.')
  stageKey?: string[] | null;

  @Condition(() => [String], 'Keys of outcomes.')
  outcomeKey?: string[] | null;

  @Condition(() => [Int], 'Numbers.')
  number?: number[] | null;

  @Condition(() => [String], 'Human ids: `INC-1234`.')
  humanId?: string[] | null;

  @Condition(() => String, 'Its title contains this text, whatever the case and accents of either: 1..255 characters.')
  title?: string | null;

  @Condition(() => [ID], 'Users, one of whom is among its authors.')
  authorId?: string[] | null;

  @Condition(() => [String], 'E-mail addresses in any case, one of them of an author whose address the viewer may see.')
  authorEmail?: string[] | null;

  @Condition(() => [ID], 'On whose behalf it was opened.')
  reporterId?: string[] | null;

  @Condition(() => Boolean, 'I am among its authors; false: I am not.')
  mine?: boolean | null;

  @Condition(() => Boolean, 'I am in its conversation; false: I am not.')
  isMember?: boolean | null;

  @Condition(() => [ID], 'Members of staff who take care of it.')
  assigneeId?: string[] | null;

  @Condition(() => Boolean, 'A member of staff takes care of it; false: nobody does.')
  isAssigned?: boolean | null;

  @Condition(() => [ID], 'Queues.')
  groupId?: string[] | null;

  @Condition(() => [String], 'Keys of topics: their subtopics count as well.')
  topicKey?: string[] | null;

  @Condition(() => [AccessLevel], 'Access levels.')
  accessLevel?: AccessLevel[] | null;

  @Condition(() => [String], 'Keys of projects, of whatever organization.')
  projectKey?: string[] | null;

  @Condition(() => [ID], 'Organizations that it belongs to.')
  organizationId?: string[] | null;

  @Condition(() => [ID], 'Organizations that buy.')
  buyerId?: string[] | null;

  @Condition(() => [ID], 'Organizations that consume.')
  consumerId?: string[] | null;

  @Condition(() => [String], 'Ids of things in another system.')
  externalSubjectId?: string[] | null;

  @Condition(() => [Int], 'Notices that it was opened from.')
  noticeId?: number[] | null;

  @Condition(() => Role, 'Role of who wrote the newest comment that the viewer may see.')
  lastCommentBy?: Role | null;

  @Condition(() => Float, 'Its newest vote, on 0..1, is this or better.')
  minNormalizedVote?: number | null;

  @Condition(() => Float, 'Its newest vote, on 0..1, is this or worse.')
  maxNormalizedVote?: number | null;

  @Condition(() => DateTimeScalar, 'Opened then or later.')
  createdAfter?: Date | null;

  @Condition(() => DateTimeScalar, 'Opened before.')
  createdBefore?: Date | null;

  @Condition(() => DateTimeScalar, 'Changed last then or later.')
  updatedAfter?: Date | null;

  @Condition(() => DateTimeScalar, 'Changed last before.')
  updatedBefore?: Date | null;

  @Condition(() => DateTimeScalar, 'Closed then or later, and closed still.')
  closedAfter?: Date | null;

  @Condition(() => DateTimeScalar, 'Closed before, and closed still.')
  closedBefore?: Date | null;

  @Condition(() => [TicketFilterInput], 'All of these; `[]`: everything.')
  and?: TicketFilterInput[] | null;

  @Condition(() => [TicketFilterInput], 'At least one of these; `[]`: nothing.')
  or?: TicketFilterInput[] | null;

  @Condition(() => TicketFilterInput, 'Everything that does not match this.')
  not?: TicketFilterInput | null;
}
