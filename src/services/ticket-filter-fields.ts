import type { Role } from '../auth/viewer.js';
import type { StatusCategory } from '../entities/state.js';
import type { AccessLevel } from '../entities/ticket.js';

/** Conditions on one field each. */
export interface TicketFilterFields {
  isOpen?: boolean | null;
  isResolved?: boolean | null;
  isClientRead?: boolean | null;
  isClientAuthor?: boolean | null;
  isRated?: boolean | null;
  statusKey?: string[] | null;
  statusCategory?: StatusCategory[] | null;
  priorityKey?: string[] | null;
  typeKey?: string[] | null;
  stageKey?: string[] | null;
  outcomeKey?: string[] | null;
  number?: number[] | null;
  humanId?: string[] | null;
  title?: string | null;
  authorId?: string[] | null;
  authorEmail?: string[] | null;
  reporterId?: string[] | null;
  mine?: boolean | null;
  isMember?: boolean | null;
  assigneeId?: string[] | null;
  isAssigned?: boolean | null;
  groupId?: string[] | null;
  topicKey?: string[] | null;
  accessLevel?: AccessLevel[] | null;
  projectKey?: string[] | null;
  organizationId?: string[] | null;
  buyerId?: string[] | null;
  consumerId?: string[] | null;
  externalSubjectId?: string[] | null;
  noticeId?: number[] | null;
  lastCommentBy?: Role | null;
  minNormalizedVote?: number | null;
  maxNormalizedVote?: number | null;
  createdAfter?: Date | null;
  createdBefore?: Date | null;
  updatedAfter?: Date | null;
  updatedBefore?: Date | null;
  closedAfter?: Date | null;
  closedBefore?: Date | null;
}
