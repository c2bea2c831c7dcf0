import { forStaff, peopleRows } from '../people/rights-rows.js';

const all = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok'];
const readers = ['ok', 'ok', 'ok', 'null', 'ok', 'ok'];
const staff = ['null', 'null', 'null', 'null', 'ok', 'ok'];
const listeners = ['ok', 'ok', 'ok', 'NOT_FOUND', 'ok', 'ok'];
const closing = ['ok', 'ok', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'];
const scoring = ['ok', 'ok', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'];
const staffActs = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'];
const rating = ['ok', 'ok', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'];
const changingAccess = ['ok', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'];
const editing = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'FORBIDDEN'];
const removing = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'];
const removingAttribute = ['FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'NOT_FOUND', 'ok', 'ok'];
const onNote = (agent: string, admin: string) => [...Array<string>(4).fill('NOT_FOUND'), agent, admin];

const instead = (code: string, outcomes: string[]) => outcomes.map((outcome) => (outcome === 'ok' ? code : outcome));
const whenClosed = (outcomes: string[]) => instead('TICKET_CLOSED', outcomes);

const onTicket = (call: string) => `mutation ($ticketId: ID!) { field: ${call} { replayed } }`;
const onComment = (call: string, id: string) =>
  `mutation ($id: ID!) { field: ${call} { replayed } }`.replaceAll('$id', `$${id}`);

const update = (change: string) => onTicket(`updateTicket(input: { ticketId: $ticketId, ${change} })`);
const edit = (id: string) => onComment('updateComment(input: { commentId: $id, body: "Other words" })', id);
const remove = (id: string) => onComment('deleteComment(input: { commentId: $id })', id);
const thumb = (id: string) => onComment('rateComment(input: { commentId: $id, score: 1 })', id);

const split = `mutation ($ticketId: ID!, $commentId: ID!) {
  field: splitTicket(input: { ticketId: $ticketId, commentIds: [$commentId], title: "Split" }) { replayed } }`;
const setAttribute = onTicket(
  'setTicketAttribute(input: { ticketId: $ticketId, type: "Contact", key: "k", value: "v" })',
);
const removeAttribute = onComment('removeTicketAttribute(input: { attributeId: $id })', 'attributeId');

/** An operation, what of it, what is sent, and what comes of it: a column for each role that is signed in. */
type Row = [operation: string, what: string, document: string, outcomes: string[]];

/** Everything that can be asked for; the variables are ids of what `prepare` made, `$ownId` that of the role's own comment. */
export const matrix: Row[] = [
  ...peopleRows,
  ['Query.viewer', 'oneself', '{ field: viewer { id } }', all],
  ['Query.node', 'a ticket', 'query ($ticketId: ID!) { field: node(id: $ticketId) { id } }', readers],
  ['Query.node', 'a comment', 'query ($commentId: ID!) { field: node(id: $commentId) { id } }', readers],
  ['Query.node', 'a note', 'query ($noteId: ID!) { field: node(id: $noteId) { id } }', staff],
  ['Query.ticket', 'a ticket', 'query ($ticketId: ID!) { field: ticket(id: $ticketId) { id } }', readers],
  ['Query.ticket', 'a closed one', 'query ($ticketId: ID!) { field: ticket(id: $ticketId) { id } }', readers],
  ['Query.tickets', 'all', '{ field: tickets { totalCount nodes { id } } }', all],
  ['Query.ticketsPage', 'the first', '{ field: ticketsPage { itemCount items { id } } }', all],
  ['Query.comment', 'a comment', 'query ($commentId: ID!) { field: comment(id: $commentId) { id } }', readers],
  ['Query.comment', 'a note', 'query ($noteId: ID!) { field: comment(id: $noteId) { id } }', staff],
  ['Query.topics', 'all', '{ field: topics { id } }', all],
  ['Query.topic', 'one', '{ field: topic(key: "support") { id } }', all],
  ['Query.states', 'all', '{ field: states { id } }', all],
  [
    'Query.ticketReport',
    'one of a week',
    '{ field: ticketReport(period: WEEKLY) { csvUrl rows { nodes { ticketNumber } } } }',
    forStaff,
  ],
  ['Query.rateLimit', 'one’s own', '{ field: rateLimit { cost buckets { name } } }', all],
  [
    'Mutation.createTicket',
    'a ticket',
    'mutation { field: createTicket(input: { title: "Mine" }) { ticket { id } } }',
    all,
  ],
  [
    'Mutation.createUpload',
    'a file',
    'mutation { field: createUpload(input: { name: "a.txt", size: 1, contentType: "text/plain" }) { file { id } } }',
    all,
  ],
  [
    'Mutation.addComment',
    'in public',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A word" })'),
    listeners,
  ],
  [
    'Mutation.addComment',
    'in public, closed',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A word" })'),
    whenClosed(listeners),
  ],
  [
    'Mutation.addComment',
    'a note',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A note", visibility: INTERNAL })'),
    staffActs,
  ],
  [
    'Mutation.addComment',
    'a note, closed',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A note", visibility: INTERNAL })'),
    whenClosed(staffActs),
  ],
  ['Mutation.joinTicket', 'an open one', onTicket('joinTicket(input: { ticketId: $ticketId })'), staffActs],
  ['Mutation.joinTicket', 'a closed one', onTicket('joinTicket(input: { ticketId: $ticketId })'), staffActs],
  ['Mutation.closeTicket', 'an open one', onTicket('closeTicket(input: { ticketId: $ticketId })'), closing],
  ['Mutation.closeTicket', 'with a score', onTicket('closeTicket(input: { ticketId: $ticketId, score: 5 })'), scoring],
  [
    'Mutation.closeTicket',
    'a closed one',
    onTicket('closeTicket(input: { ticketId: $ticketId })'),
    whenClosed(closing),
  ],
  [
    'Mutation.reopenTicket',
    'a closed one',
    onTicket('reopenTicket(input: { ticketId: $ticketId, body: "Go on" })'),
    closing,
  ],
  [
    'Mutation.reopenTicket',
    'an open one',
    onTicket('reopenTicket(input: { ticketId: $ticketId, body: "Go on" })'),
    instead('TICKET_NOT_CLOSED', closing),
  ],
  [
    'Mutation.confirmTicketContacts',
    'an open one',
    onTicket('confirmTicketContacts(input: { ticketId: $ticketId })'),
    staffActs,
  ],
  [
    'Mutation.confirmTicketContacts',
    'a closed one',
    onTicket('confirmTicketContacts(input: { ticketId: $ticketId })'),
    whenClosed(staffActs),
  ],
  ['Mutation.deleteTicket', 'an open one', onTicket('deleteTicket(input: { ticketId: $ticketId })'), staffActs],
  ['Mutation.deleteTicket', 'a closed one', onTicket('deleteTicket(input: { ticketId: $ticketId })'), staffActs],
  ['Mutation.splitTicket', 'an open one', split, staffActs],
  ['Mutation.splitTicket', 'a closed one', split, whenClosed(staffActs)],
  ['Mutation.setTicketAttribute', 'of an open one', setAttribute, staffActs],
  ['Mutation.setTicketAttribute', 'of a closed one', setAttribute, whenClosed(staffActs)],
  ['Mutation.removeTicketAttribute', 'of an open one', removeAttribute, removingAttribute],
  ['Mutation.removeTicketAttribute', 'of a closed one', removeAttribute, whenClosed(removingAttribute)],
  ['Mutation.updateTicket', 'the title', update('title: "Other"'), staffActs],
  ['Mutation.updateTicket', 'the title, closed', update('title: "Other"'), whenClosed(staffActs)],
  ['Mutation.updateTicket', 'the access level', update('accessLevel: PRIVATE'), changingAccess],
  ['Mutation.updateTicket', 'the access level, closed', update('accessLevel: PRIVATE'), changingAccess],
  ['Mutation.updateTicket', 'both', update('accessLevel: ALL_USERS, priorityKey: "high"'), staffActs],
  ['Mutation.rateTicket', 'an open one', onTicket('rateTicket(input: { ticketId: $ticketId, score: 10 })'), rating],
  ['Mutation.rateTicket', 'a closed one', onTicket('rateTicket(input: { ticketId: $ticketId, score: 10 })'), rating],
  ['Mutation.markTicketRead', 'an open one', onTicket('markTicketRead(input: { ticketId: $ticketId })'), listeners],
  ['Mutation.markTicketRead', 'a closed one', onTicket('markTicketRead(input: { ticketId: $ticketId })'), listeners],
  ['Mutation.updateComment', 'one’s own', edit('ownId'), listeners],
  ['Mutation.updateComment', 'one’s own, closed', edit('ownId'), whenClosed(listeners)],
  ['Mutation.updateComment', 'the agent’s', edit('commentId'), editing],
  ['Mutation.updateComment', 'the agent’s, closed', edit('commentId'), whenClosed(editing)],
  ['Mutation.updateComment', 'a note', edit('noteId'), onNote('ok', 'FORBIDDEN')],
  ['Mutation.updateComment', 'a note, closed', edit('noteId'), onNote('TICKET_CLOSED', 'FORBIDDEN')],
  ['Mutation.deleteComment', 'one’s own', remove('ownId'), listeners],
  ['Mutation.deleteComment', 'one’s own, closed', remove('ownId'), whenClosed(listeners)],
  ['Mutation.deleteComment', 'the agent’s', remove('commentId'), removing],
  ['Mutation.deleteComment', 'the agent’s, closed', remove('commentId'), whenClosed(removing)],
  ['Mutation.deleteComment', 'a note', remove('noteId'), onNote('ok', 'ok')],
  ['Mutation.deleteComment', 'a note, closed', remove('noteId'), onNote('TICKET_CLOSED', 'TICKET_CLOSED')],
  ['Mutation.rateComment', 'the agent’s', thumb('commentId'), rating],
  ['Mutation.rateComment', 'the agent’s, closed', thumb('commentId'), rating],
  ['Mutation.rateComment', 'one’s own', thumb('ownId'), instead('NOT_RATEABLE', rating)],
  ['Mutation.rateComment', 'a note', thumb('noteId'), onNote('FORBIDDEN', 'FORBIDDEN')],
  [
    'Subscription.commentAdded',
    'an open one',
    'subscription ($ticketId: ID!, $after: Cursor) { field: commentAdded(ticketId: $ticketId, after: $after) { comment { id } } }',
    listeners,
  ],
  [
    'Subscription.conversationEvents',
    'a closed one',
    'subscription ($ticketId: ID!, $after: Cursor) { field: conversationEvents(ticketId: $ticketId, after: $after) { cursor } }',
    listeners,
  ],
  ['Subscription.ticketFeed', 'from now on', 'subscription { field: ticketFeed { change } }', forStaff],
];
