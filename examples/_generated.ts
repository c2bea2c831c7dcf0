/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Who on the customer side sees a ticket beside its authors and the members of its conversation. */
export type AccessLevel =
  /** Every user of the ticket's organization. */
  | 'ACCOUNT_USERS'
  /** Both of the above. */
  | 'ALL_USERS'
  /** Nobody else. */
  | 'PRIVATE'
  /** Users who belong to the ticket's one project. */
  | 'PROJECT_USERS';

/** What a person may be to the gateway. Agents and admins together are staff. */
export type Role =
  /** A member of the support team who also manages people and look-up tables. */
  | 'ADMIN'
  /** A member of the support team. */
  | 'AGENT'
  /** Somebody who asks for help. */
  | 'CUSTOMER';

/** What a status means to the rules, whatever it is called. */
export type StatusCategory =
  /** Read-only until it is reopened. */
  | 'CLOSED'
  /** Support works on it. */
  | 'IN_PROGRESS'
  /** Nobody has taken it up. */
  | 'OPEN'
  /** Solved, and still open for comments. */
  | 'RESOLVED'
  /** The customer has to answer. */
  | 'WAITING';

/** What becomes of a ticket in a list that is followed. */
export type TicketChange =
  /** Caught up: everything up to `cursor` was delivered. Without a ticket. */
  | 'CHECKPOINT'
  /** It matches the filter now, and did not before. */
  | 'ENTERED'
  /** It no longer matches, or the viewer may no longer see it. */
  | 'LEFT'
  /** It matched the filter and does so still; something of it has changed. */
  | 'UPDATED';

/** What tickets have to be like; all conditions count. Null is as absent, `[]` in a list matches nothing. At most 5 levels, 50 conditions and 1000 items in a list. */
export type TicketFilter = {
  /** Access levels. */
  accessLevel?: Array<AccessLevel> | null | undefined;
  /** All of these; `[]`: everything. */
  and?: Array<TicketFilter> | null | undefined;
  /** Members of staff who take care of it. */
  assigneeId?: Array<string> | null | undefined;
  /** E-mail addresses in any case, one of them of an author whose address the viewer may see. */
  authorEmail?: Array<string> | null | undefined;
  /** Users, one of whom is among its authors. */
  authorId?: Array<string> | null | undefined;
  /** Organizations that buy. */
  buyerId?: Array<string> | null | undefined;
  /** Closed then or later, and closed still. */
  closedAfter?: string | null | undefined;
  /** Closed before, and closed still. */
  closedBefore?: string | null | undefined;
  /** Organizations that consume. */
  consumerId?: Array<string> | null | undefined;
  /** Opened then or later. */
  createdAfter?: string | null | undefined;
  /** Opened before. */
  createdBefore?: string | null | undefined;
  /** Ids of things in another system. */
  externalSubjectId?: Array<string> | null | undefined;
  /** Queues. */
  groupId?: Array<string> | null | undefined;
  /** Human ids: `INC-1234`. */
  humanId?: Array<string> | null | undefined;
  /** A member of staff takes care of it; false: nobody does. */
  isAssigned?: boolean | null | undefined;
  /** Its reporter was a customer when they became it; false: a member of staff. */
  isClientAuthor?: boolean | null | undefined;
  /** The customer side has read everything that support wrote; false: it has not. */
  isClientRead?: boolean | null | undefined;
  /** I am in its conversation; false: I am not. */
  isMember?: boolean | null | undefined;
  /** Not closed; false: closed. */
  isOpen?: boolean | null | undefined;
  /** It has a vote; false: it has none. */
  isRated?: boolean | null | undefined;
  /** Its status is of the category RESOLVED; false: of another. */
  isResolved?: boolean | null | undefined;
  /** Role of who wrote the newest comment that the viewer may see. */
  lastCommentBy?: Role | null | undefined;
  /** Its newest vote, on 0..1, is this or worse. */
  maxNormalizedVote?: number | null | undefined;
  /** Its newest vote, on 0..1, is this or better. */
  minNormalizedVote?: number | null | undefined;
  /** I am among its authors; false: I am not. */
  mine?: boolean | null | undefined;
  /** Everything that does not match this. */
  not?: TicketFilter | null | undefined;
  /** Notices that it was opened from. */
  noticeId?: Array<number> | null | undefined;
  /** Numbers. */
  number?: Array<number> | null | undefined;
  /** At least one of these; `[]`: nothing. */
  or?: Array<TicketFilter> | null | undefined;
  /** Organizations that it belongs to. */
  organizationId?: Array<string> | null | undefined;
  /** Keys of outcomes. */
  outcomeKey?: Array<string> | null | undefined;
  /** Keys of priorities. */
  priorityKey?: Array<string> | null | undefined;
  /** Keys of projects, of whatever organization. */
  projectKey?: Array<string> | null | undefined;
  /** On whose behalf it was opened. */
  reporterId?: Array<string> | null | undefined;
  /** Keys of stages. */
  stageKey?: Array<string> | null | undefined;
  /** Categories of statuses. */
  statusCategory?: Array<StatusCategory> | null | undefined;
  /** Keys of statuses. */
  statusKey?: Array<string> | null | undefined;
  /** Its title contains this text, whatever the case and accents of either: 1..255 characters. */
  title?: string | null | undefined;
  /** Keys of topics: their subtopics count as well. */
  topicKey?: Array<string> | null | undefined;
  /** Keys of types. */
  typeKey?: Array<string> | null | undefined;
  /** Changed last then or later. */
  updatedAfter?: string | null | undefined;
  /** Changed last before. */
  updatedBefore?: string | null | undefined;
};

export type DashboardQueryVariables = Exact<{
  filter: TicketFilter;
}>;


export type DashboardQuery = { tickets: { feedCursor: string | null, nodes: Array<{ id: string, humanId: string, title: string }> } };

export type FollowDashboardSubscriptionVariables = Exact<{
  filter: TicketFilter;
  after?: string | null | undefined;
}>;


export type FollowDashboardSubscription = { ticketFeed: { cursor: string, change: TicketChange, ticketId: string | null, ticket: { id: string, humanId: string, title: string } | null } };

export type DashboardRowFragment = { id: string, humanId: string, title: string };

export type ThreadQueryVariables = Exact<{
  number: number;
}>;


export type ThreadQuery = { ticket: { id: string, title: string, comments: { nodes: Array<{ id: string, body: string, author: { id: string, name: string } }> }, conversation: { headCursor: string } } | null };

export type FollowThreadSubscriptionVariables = Exact<{
  ticketId: string;
  after?: string | null | undefined;
}>;


export type FollowThreadSubscription = { conversationEvents:
    | { __typename: 'Checkpoint', cursor: string }
    | { __typename: 'CommentAdded', cursor: string, comment: { id: string, body: string, author: { id: string, name: string } } }
    | { __typename: 'CommentEdited', cursor: string }
    | { __typename: 'CommentRemoved', cursor: string }
    | { __typename: 'MemberJoined', cursor: string }
    | { __typename: 'Rated', cursor: string }
    | { __typename: 'TicketClosed', cursor: string }
    | { __typename: 'TicketDeleted', cursor: string }
    | { __typename: 'TicketOpened', cursor: string }
    | { __typename: 'TicketReopened', cursor: string }
    | { __typename: 'TicketSplit', cursor: string }
    | { __typename: 'TicketUpdated', cursor: string }
   };

export type CommentLineFragment = { id: string, body: string, author: { id: string, name: string } };

export const DashboardRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DashboardRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Ticket"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"humanId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]} as unknown as DocumentNode<DashboardRowFragment, unknown>;
export const CommentLineFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CommentLine"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Comment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"author"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<CommentLineFragment, unknown>;
export const DashboardDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Dashboard"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TicketFilter"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tickets"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"feedCursor"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DashboardRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DashboardRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Ticket"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"humanId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]} as unknown as DocumentNode<DashboardQuery, DashboardQueryVariables>;
export const FollowDashboardDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowDashboard"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TicketFilter"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ticketFeed"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"change"}},{"kind":"Field","name":{"kind":"Name","value":"ticketId"}},{"kind":"Field","name":{"kind":"Name","value":"ticket"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DashboardRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DashboardRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Ticket"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"humanId"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}}]} as unknown as DocumentNode<FollowDashboardSubscription, FollowDashboardSubscriptionVariables>;
export const ThreadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Thread"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"number"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ticket"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"number"},"value":{"kind":"Variable","name":{"kind":"Name","value":"number"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"comments"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CommentLine"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"conversation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"headCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CommentLine"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Comment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"author"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<ThreadQuery, ThreadQueryVariables>;
export const FollowThreadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowThread"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ticketId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"conversationEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ticketId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ticketId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CommentAdded"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"comment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CommentLine"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CommentLine"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Comment"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"author"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<FollowThreadSubscription, FollowThreadSubscriptionVariables>;