import type { relations } from '../loaders/relations.js';

type Names<Kind extends string> = {
  [Name in keyof typeof relations]: (typeof relations)[Name]['kind'] extends Kind ? Name : never;
}[keyof typeof relations];

/** A relation whose rows are found by keys alone. */
export type KeyedName = Names<'one' | 'many'>;
/** A relation that is read a page at a time. */
export type PageName = Names<'page'>;

/** Where a field leads from the rows that it is asked of. */
export type Branch =
  /** Nowhere: what is below it is asked of the same rows. */
  | { readonly kind: 'same' }
  /** To the rows behind a key, or several keys, that a property of each row holds; only for rows that have some where that is counted. */
  | { readonly kind: 'keyed'; readonly relation: KeyedName; readonly from: string; readonly counter?: string }
  /** To a page of the rows that point to each; so many where nothing is said. */
  | { readonly kind: 'page'; readonly relation: PageName; readonly size: number }
  /** To the last of the rows that point to each. */
  | { readonly kind: 'last'; readonly relation: PageName }
  /** To how many rows point to each; within a page, to each of the rows that the page belongs to. */
  | { readonly kind: 'count'; readonly relation: PageName };

const same: Branch = { kind: 'same' };
const keyed = (relation: KeyedName, from: string, counter?: string): Branch => ({
  kind: 'keyed',
  relation,
  from,
  ...(counter !== undefined && { counter }),
});

/**
 * What the fields of a type ask the loaders for, by type and field. A field that is not here is answered all the same, by a
 * statement of its own: nothing but speed depends on this table.
 */
export const branches: Readonly<Record<string, Readonly<Record<string, Branch>>>> = {
  TicketConnection: { nodes: same, edges: same },
  TicketEdge: { node: same },
  TicketPage: { items: same },
  Ticket: {
    status: keyed('state', 'statusId'),
    isResolved: keyed('state', 'statusId'),
    priority: keyed('state', 'priorityId'),
    type: keyed('state', 'typeId'),
    stage: keyed('state', 'stageId'),
    outcome: keyed('state', 'outcomeId'),
    topic: keyed('topic', 'topicId'),
    project: keyed('project', 'projectId'),
    authors: keyed('user', 'authorIds'),
    reporter: keyed('user', 'reporterId'),
    assignee: keyed('user', 'assigneeId'),
    group: keyed('group', 'groupId'),
    organization: keyed('organization', 'organizationId'),
    buyer: keyed('organization', 'buyerId'),
    consumer: keyed('organization', 'consumerId'),
    attributes: keyed('attributes', 'id'),
    vote: keyed('vote', 'voteId'),
    conversation: same,
    comments: { kind: 'page', relation: 'comments', size: 50 },
    lastComment: { kind: 'last', relation: 'comments' },
  },
  Conversation: {
    members: keyed('members', 'id'),
    viewerUnreadCount: { kind: 'count', relation: 'unreadComments' },
  },
  Member: { user: keyed('user', 'userId') },
  CommentConnection: { nodes: same, edges: same, totalCount: { kind: 'count', relation: 'comments' } },
  CommentEdge: { node: same },
  Comment: {
    author: keyed('user', 'authorId'),
    vote: keyed('vote', 'voteId'),
    files: keyed('files', 'id', 'fileCount'),
  },
  Vote: { voter: keyed('user', 'voterId') },
  User: { organization: keyed('organization', 'organizationId') },
  Project: { organization: keyed('organization', 'organizationId') },
  Topic: { parent: keyed('topic', 'parentId'), subtopics: keyed('subtopics', 'id') },
};
