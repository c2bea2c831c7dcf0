import {
  actsOn,
  idOf,
  isStaff,
  knowsOrganization,
  relation,
  type Row,
  sees,
  seesComment,
  type Viewer,
  type World,
} from './who-sees-what.js';

/** Why something is not done, and which argument stands in the way. */
export interface Verdict {
  code: string;
  argument: string;
}

/** What an attempt is made in and with: a ticket of its own, and one of many values by chance. */
export interface Scene {
  viewer: Viewer;
  world: World;
  ticket: Row;
  choose: (count: number) => number;
}

/** A value for an argument, with what else has to be given and why it is not taken from this viewer. */
interface Given {
  value: unknown;
  more?: Row;
  refusals?: (Verdict | null | false)[];
}

/** What a mutation is done to: it has to be found before anything else is told. */
interface Target {
  input: Row;
  isFound: boolean;
  argument: string;
  comment?: Row;
}

/** Who may carry a mutation out, on what, with which arguments. */
export interface WriteRule {
  target?: (scene: Scene) => Target;
  /** What has to be given in any case. */
  needs?: (scene: Scene) => Given & { value: Row };
  who?: (scene: Scene, target: Target | undefined) => Verdict | null | false;
  state?: 'open' | 'closed';
  /** Every other argument. */
  takes?: Record<string, (scene: Scene) => Given>;
}

const no = (code: string, argument: string): Verdict => ({ code, argument });
const forbidden = (argument: string): Verdict => no('FORBIDDEN', argument);
const missing = (argument: string): Verdict => no('NOT_FOUND', argument);
const some = <T>({ choose }: Scene, values: readonly T[]): T => values[choose(values.length)] as T;
const absent = '00000000-0000-4000-8000-000000000000';

const onTicket = ({ viewer, ticket }: Scene): Target => ({
  input: { ticketId: idOf('Ticket', ticket) },
  isFound: sees(viewer, ticket),
  argument: 'ticketId',
});

/** A comment of the ticket where there is one; removed ones are gone. */
const onComment = (scene: Scene): Target => {
  const { viewer, world, ticket } = scene;
  const own = world.comments.filter((comment) => comment['ticket_id'] === ticket['id']);
  const comment = own.length > 0 ? some(scene, own) : undefined;
  return {
    input: { commentId: comment ? idOf('Comment', comment) : `com_${absent}` },
    isFound: comment !== undefined && comment['deleted_at'] === null && seesComment(viewer, world, comment),
    argument: 'commentId',
    ...(comment && { comment }),
  };
};

const onAttribute = ({ viewer, world, ticket }: Scene): Target => {
  const attribute = world.ticket_attributes.find((row) => row['ticket_id'] === ticket['id']);
  return {
    input: { attributeId: attribute ? idOf('TicketAttribute', attribute) : `att_${absent}` },
    isFound: attribute !== undefined && actsOn(viewer, ticket),
    argument: 'attributeId',
  };
};

const staff =
  (argument: string) =>
  ({ viewer }: Scene) =>
    !isStaff(viewer) && forbidden(argument);
const acting =
  (argument: string) =>
  ({ viewer, ticket }: Scene) =>
    !actsOn(viewer, ticket) && forbidden(argument);
const customerSide =
  (argument: string) =>
  ({ viewer, ticket }: Scene) =>
    (isStaff(viewer) || !actsOn(viewer, ticket)) && forbidden(argument);

const any =
  (...values: unknown[]) =>
  (scene: Scene): Given => ({ value: some(scene, values) });
const idempotencyKey = (): Given => ({ value: crypto.randomUUID() });

const expectedVersion = (scene: Scene): Given => {
  const current = scene.ticket['version'] as number;
  const value = some(scene, [current, current + 1]);
  return { value, refusals: [value !== current && no('VERSION_CONFLICT', 'expectedVersion')] };
};

/** One file: one's own, somebody else's, one that belongs to a comment already, one whose bytes are not there. */
const fileIds = (scene: Scene): Given => {
  const { viewer, world, ticket } = scene;
  // Each ticket has a file of its own to try, or else two attempts could want the same one.
  const place = world.tickets.indexOf(ticket);
  const free = world.files.filter((row) => row['comment_id'] === null);
  const file =
    world.files.length > 0
      ? (free[place] ??
        some(
          scene,
          world.files.filter((row) => row['comment_id'] !== null),
        ))
      : undefined;
  const value = [file ? idOf('File', file) : `fil_${absent}`];
  const isOwn = file?.['uploader_id'] === viewer['id'] && file?.['comment_id'] === null;
  const isPending = isOwn && file?.['status'] === 'PENDING' && no('VALIDATION_FAILED', 'fileIds.0');
  return { value, refusals: [!isOwn && missing('fileIds.0'), isPending] };
};

const mentionIds = (scene: Scene): Given => {
  const { viewer, world, ticket } = scene;
  const person = some(scene, world.users);
  const projectIds = world.user_projects
    .filter((row) => row['user_id'] === person['id'])
    .map((row) => row['project_id']);
  const isSeen = isStaff(person) || isStaff(viewer) || relation({ ...person, projectIds }, ticket) !== null;
  return { value: [idOf('User', person)], refusals: [!(person['is_active'] && isSeen) && missing('mentionIds.0')] };
};

const organization =
  (argument: string, mayName: (scene: Scene, row: Row) => boolean) =>
  (scene: Scene): Given => {
    const row = some(scene, scene.world.organizations);
    return { value: idOf('Organization', row), refusals: [!mayName(scene, row) && missing(argument)] };
  };
const known = ({ viewer, world }: Scene, row: Row): boolean => knowsOrganization(viewer, world, row);

/** A key that somebody gives with the access level that needs it. */
const project =
  (organizationId: (scene: Scene) => unknown, access: boolean) =>
  (scene: Scene): Given => {
    const { viewer, world, ticket } = scene;
    const row = some(scene, world.projects);
    const found = world.projects.find(
      (one) => one['organization_id'] === organizationId(scene) && one['key'] === row['key'],
    );
    const isOwn = found && (isStaff(viewer) || viewer.projectIds.includes(found['id']));
    const mayChange = !access || ['author', 'staff'].includes(relation(viewer, ticket) ?? '');
    const refusals = [
      !mayChange && forbidden('accessLevel'),
      !mayChange && forbidden('projectKey'),
      mayChange && !isOwn && missing('projectKey'),
    ];
    return { value: row['key'], more: { accessLevel: 'PROJECT_USERS' }, refusals };
  };

const accessLevel = (scene: Scene): Given => {
  const mayChange = ['author', 'staff'].includes(relation(scene.viewer, scene.ticket) ?? '');
  return {
    value: some(scene, ['PRIVATE', 'ACCOUNT_USERS', 'ALL_USERS']),
    refusals: [!mayChange && forbidden('accessLevel')],
  };
};

/** What only members of staff change, and only of an open ticket. */
const content =
  (argument: string, given: (scene: Scene) => Given) =>
  (scene: Scene): Given => {
    const { value, more, refusals = [] } = given(scene);
    if (!isStaff(scene.viewer)) return { value, refusals: [forbidden(argument)] };
    const isClosed = scene.ticket['closed_at'] !== null && no('TICKET_CLOSED', 'ticketId');
    return { value, ...(more && { more }), refusals: [...refusals, isClosed] };
  };
const contents = (given: Record<string, (scene: Scene) => Given>): WriteRule['takes'] =>
  Object.fromEntries(Object.entries(given).map(([name, give]) => [name, content(name, give)]));

const person =
  (argument: string, isTaken: (person: Row) => boolean) =>
  (scene: Scene): Given => {
    const row = some(scene, scene.world.users);
    return { value: idOf('User', row), refusals: [!(row['is_active'] && isTaken(row)) && missing(argument)] };
  };

const moved = (scene: Scene): Given => {
  const row = some(scene, scene.world.organizations);
  const { ticket } = scene;
  const isStuck = ticket['access_level'] === 'PROJECT_USERS' && row['id'] !== ticket['organization_id'];
  return { value: idOf('Organization', row), refusals: [isStuck && no('VALIDATION_FAILED', 'projectKey')] };
};

const onlyStaffSet =
  (argument: string, given: (scene: Scene) => Given) =>
  (scene: Scene): Given =>
    isStaff(scene.viewer) ? given(scene) : { value: given(scene).value, refusals: [forbidden(argument)] };

const everybody = (): boolean => true;
const contact = any(
  { preferredContactMethod: 'email', mainEmail: 'a@example.com', additionalEmails: ['b@example.com'] },
  { preferredContactMethod: 'phone', phoneNumber: '+442079460000' },
);

/** Everything that can be done to tickets. */
export const ticketWrites: Record<string, WriteRule> = {
  createTicket: {
    needs: () => ({ value: { title: 'A ticket' } }),
    takes: {
      ...{ body: any('Help'), description: any('At length'), title: any('Another'), noticeId: any(5), contact },
      ...{
        contractHumanId: any('C'),
        tenantHumanId: any('T'),
        externalSubjectId: any('x'),
        serviceImpact: any('None'),
      },
      ...{ topicKey: any('support'), priorityKey: any('high'), accessLevel: any('PRIVATE', 'ALL_USERS') },
      buyerId: organization('buyerId', known),
      consumerId: organization('consumerId', known),
      fileIds,
      idempotencyKey,
      organizationId: onlyStaffSet('organizationId', organization('organizationId', everybody)),
      reporterId: onlyStaffSet('reporterId', person('reporterId', everybody)),
      projectKey: project(({ viewer }) => viewer['organization_id'], false),
    },
  },
  createUpload: {
    needs: () => ({ value: { name: 'a.txt', size: 1, contentType: 'text/plain' } }),
    takes: { idempotencyKey },
  },
  addComment: {
    target: onTicket,
    state: 'open',
    needs: () => ({ value: { body: 'A word' } }),
    takes: {
      fileIds,
      mentionIds,
      idempotencyKey,
      visibility: (scene) => {
        const value = some(scene, ['PUBLIC', 'INTERNAL']);
        return { value, refusals: [value === 'INTERNAL' && !isStaff(scene.viewer) && forbidden('visibility')] };
      },
    },
  },
  closeTicket: {
    target: onTicket,
    who: acting('ticketId'),
    state: 'open',
    takes: {
      score: (scene) => ({ value: 5, refusals: [customerSide('score')(scene)] }),
      comment: (scene) => ({ value: 'Well', more: { score: 4 }, refusals: [customerSide('score')(scene)] }),
      message: any('Bye'),
      expectedVersion,
      idempotencyKey,
    },
  },
  reopenTicket: {
    target: onTicket,
    who: acting('ticketId'),
    state: 'closed',
    needs: () => ({ value: { body: 'Again' } }),
    takes: { fileIds, expectedVersion, idempotencyKey },
  },
  joinTicket: { target: onTicket, who: staff('ticketId') },
  confirmTicketContacts: { target: onTicket, who: staff('ticketId'), state: 'open', takes: { idempotencyKey } },
  deleteTicket: { target: onTicket, who: staff('ticketId'), takes: { expectedVersion, idempotencyKey } },
  markTicketRead: {
    target: onTicket,
    takes: {
      commentId: (scene) => {
        const { viewer, world, ticket } = scene;
        const row = world.comments.length > 0 ? some(scene, world.comments) : undefined;
        const isThere = row && row['ticket_id'] === ticket['id'] && seesComment(viewer, world, row);
        return { value: row ? idOf('Comment', row) : `com_${absent}`, refusals: [!isThere && missing('commentId')] };
      },
    },
  },
  rateTicket: {
    target: onTicket,
    who: customerSide('ticketId'),
    needs: () => ({ value: { score: 9 } }),
    takes: { comment: any('Well'), idempotencyKey },
  },
  rateComment: {
    target: onComment,
    who: (scene, target) => {
      const isRateable = target?.comment?.['visibility'] === 'PUBLIC' && target.comment['author_role'] !== 'CUSTOMER';
      return customerSide('commentId')(scene) || (!isRateable && no('NOT_RATEABLE', 'commentId'));
    },
    needs: () => ({ value: { score: -1 } }),
    takes: { comment: any('Well'), idempotencyKey },
  },
  updateComment: {
    target: onComment,
    who: ({ viewer }, target) => target?.comment?.['author_id'] !== viewer['id'] && forbidden('commentId'),
    state: 'open',
    needs: () => ({ value: { body: 'Other words' } }),
    takes: {
      expectedVersion: (scene) => {
        const value = some(scene, [1, 2]);
        return { value, refusals: [value !== 1 && no('VERSION_CONFLICT', 'expectedVersion')] };
      },
      idempotencyKey,
    },
  },
  deleteComment: {
    target: onComment,
    who: ({ viewer }, target) =>
      !isStaff(viewer) && target?.comment?.['author_id'] !== viewer['id'] && forbidden('commentId'),
    state: 'open',
    takes: { idempotencyKey },
  },
  setTicketAttribute: {
    target: onTicket,
    who: staff('ticketId'),
    state: 'open',
    needs: () => ({ value: { type: 'Device', key: 'name', value: 'Another' } }),
    takes: { idempotencyKey },
  },
  removeTicketAttribute: { target: onAttribute, who: staff('attributeId'), state: 'open', takes: { idempotencyKey } },
  splitTicket: {
    target: onTicket,
    who: staff('ticketId'),
    state: 'open',
    needs: (scene) => {
      const { world, ticket } = scene;
      const own = world.comments.filter((row) => row['ticket_id'] === ticket['id']);
      const row = some(scene, own.length > 0 && scene.choose(3) > 0 ? own : world.comments);
      const isThere = row?.['ticket_id'] === ticket['id'] && row?.['deleted_at'] === null;
      const value = { title: 'Split', commentIds: [row ? idOf('Comment', row) : `com_${absent}`] };
      const isTwice = isThere && row?.['split_to_id'] !== null && no('VALIDATION_FAILED', 'commentIds.0');
      return { value, refusals: [!isThere && missing('commentIds.0'), isTwice] };
    },
    takes: { topicKey: any('support'), idempotencyKey },
  },
  updateTicket: {
    target: onTicket,
    takes: {
      accessLevel,
      projectKey: project(({ ticket }) => ticket['organization_id'], true),
      ...contents({
        ...{ title: any('New'), description: any('New', null), serviceImpact: any('New', null) },
        ...{ contractHumanId: any('C', null), tenantHumanId: any('T', null), externalSubjectId: any('z', null) },
        ...{ statusKey: any('waiting'), priorityKey: any('high'), typeKey: any('incident', null) },
        ...{ stageKey: any('fix', null), outcomeKey: any('solved', null) },
        assigneeId: person('assigneeId', isStaff),
        reporterId: person('reporterId', everybody),
        groupId: (scene) => ({ value: idOf('Group', some(scene, scene.world.groups)) }),
        organizationId: moved,
        buyerId: organization('buyerId', everybody),
        consumerId: organization('consumerId', everybody),
      }),
      expectedVersion: (scene) => {
        const mayChange = ['author', 'staff'].includes(relation(scene.viewer, scene.ticket) ?? '');
        // A version alone changes nothing, but who may change nothing is told so.
        const { value, refusals = [] } = expectedVersion(scene);
        return { value, refusals: [!mayChange && forbidden('ticketId'), ...refusals] };
      },
      idempotencyKey: (scene) => {
        const mayChange = ['author', 'staff'].includes(relation(scene.viewer, scene.ticket) ?? '');
        return { ...idempotencyKey(), refusals: [!mayChange && forbidden('ticketId')] };
      },
    },
  },
};
