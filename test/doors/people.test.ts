import { type JWTPayload, SignJWT } from 'jose';
import { newHumanId, secret, TestGateway } from '../support/gateway.js';
import { post, RawSocket } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const now = Math.floor(Date.now() / 1000);
/** Tokens of one person are told apart by when they were issued, in seconds from now. */
const sign = (payload: JWTPayload, issued = 0): Promise<string> =>
  new SignJWT({ iat: now + issued, exp: now + 3_600, ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));

const whoAmI = `{ viewer { id name role email isActive updatedAt organization { id humanId name } projects { key name } } }`;

const ask = async (claims: JWTPayload, issued?: number): Promise<any> =>
  (await gateway.withToken(await sign(claims, issued)).run(whoAmI)).viewer;

async function isRefused(claims: JWTPayload, issued?: number): Promise<boolean> {
  const { status, text } = await post(
    gateway.url,
    { query: whoAmI },
    { authorization: `Bearer ${await sign(claims, issued)}` },
  );
  const refused = status === 401;
  expect(text.includes('"code":"UNAUTHENTICATED"')).toBe(refused);
  return refused;
}

const rowsOf = <Row>(where: string, value: string): Promise<Row[]> =>
  gateway.app.services.db.query<Row>(
    `select sub, email, name, role, is_active as "isActive", access_version as "accessVersion" from users where ${where} = $1`,
    [value],
  );
interface UserRow {
  sub: string | null;
  email: string | null;
  name: string;
  role: string;
  isActive: boolean;
  accessVersion: number;
}
const rowOf = async (sub: string): Promise<UserRow> => {
  const [row, ...others] = await rowsOf<UserRow>('sub', sub);
  expect(others).toEqual([]);
  return row as UserRow;
};
/** Somebody whom the company entered before they ever signed in. */
const enter = (email: string): Promise<unknown> =>
  gateway.app.services.db.query(`insert into users (email, name, role) values ($1, 'Entered', 'AGENT')`, [email]);
const newPerson = (): { sub: string; email: string } => {
  const sub = newHumanId('USR');
  return { sub, email: `${sub.toLowerCase()}@example.com` };
};

describe('A verified stranger', () => {
  it('[c1,d1] becomes a user at first sight, with the organization and the projects of the token', async () => {
    const person = newPerson();
    const organization = newHumanId('ORG');
    const viewer = await ask({ ...person, name: 'Zoë', role: 'agent', organization, projects: ['web', 'app', 'web'] });
    expect(viewer).toMatchObject({
      name: 'Zoë',
      role: 'AGENT',
      email: person.email,
      isActive: true,
      organization: { humanId: organization, name: organization },
    });
    expect(viewer.projects.map(({ key }: { key: string }) => key).sort()).toEqual(['app', 'web']);
    expect((await ask({ sub: person.sub })).id).toBe(viewer.id);
  });

  it('is a customer, named by the address or else by the subject, when the token says no more', async () => {
    const { sub, email } = newPerson();
    expect(await ask({ sub, email })).toMatchObject({
      name: sub.toLowerCase(),
      role: 'CUSTOMER',
      organization: null,
      projects: [],
    });
    const nameless = newHumanId('USR');
    expect(await ask({ sub: nameless })).toMatchObject({ name: nameless, role: 'CUSTOMER', email: null });
  });

  it('becomes one user, however many requests come at once', async () => {
    const claims = { ...newPerson(), organization: newHumanId('ORG'), projects: ['a', 'b'] };
    const viewers = await Promise.all(Array.from({ length: 50 }, () => ask(claims)));
    expect(new Set(viewers.map(({ id }) => id as string)).size).toBe(1);
    expect(await rowsOf('email', claims.email)).toHaveLength(1);
    expect(viewers.every(({ projects }) => projects.length === 2)).toBe(true);
  });

  it('becomes one user also when the requests bring tokens of different age', async () => {
    const person = newPerson();
    const viewers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => ask({ ...person, name: `Name ${index}` }, index - 30)),
    );
    expect(new Set(viewers.map(({ id }) => id as string)).size).toBe(1);
    expect(await rowOf(person.sub)).toMatchObject({ name: 'Name 29' });
  });

  it('shares the organization and its projects with whoever names them at the same time', async () => {
    const organization = newHumanId('ORG');
    await ask({ ...newPerson(), organization });
    const keys = Array.from({ length: 90 }, (_, index) => `key-${index}`);
    const viewers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        ask({ ...newPerson(), organization, projects: index % 2 ? keys : [...keys].reverse() }),
      ),
    );
    expect(new Set(viewers.map((viewer) => viewer.organization.id as string)).size).toBe(1);
    expect(viewers.every(({ projects }) => projects.length === 90)).toBe(true);
  });

  it('has no projects without an organization', async () => {
    expect(await ask({ ...newPerson(), projects: ['orphan'] })).toMatchObject({ organization: null, projects: [] });
    expect(await gateway.app.services.db.query(`select 1 from projects where key = 'orphan'`)).toEqual([]);
  });
});

describe('A later token', () => {
  it('overwrites the claims that it carries and leaves the others', async () => {
    const person = newPerson();
    const organization = newHumanId('ORG');
    const first = await ask({ ...person, name: 'Old', role: 'agent', organization, projects: ['p'] }, -100);
    expect(await ask({ sub: person.sub, name: 'New' }, -90)).toEqual({
      ...first,
      name: 'New',
      updatedAt: expect.any(String),
    });
    expect(await ask({ sub: person.sub, role: 'customer' }, -80)).toMatchObject({
      name: 'New',
      role: 'CUSTOMER',
      email: person.email,
      organization: { humanId: organization },
      projects: [{ key: 'p' }],
    });
    expect(await ask({ sub: person.sub, email: `new.${person.email}` }, -70)).toMatchObject({
      email: `new.${person.email}`,
    });
    expect(await ask({ sub: person.sub, projects: [] }, -60)).toMatchObject({
      projects: [],
      organization: { humanId: organization },
    });
  });

  it('of a changed organization takes the projects of the old one away', async () => {
    const person = newPerson();
    const [here, there] = [newHumanId('ORG'), newHumanId('ORG')];
    await ask({ ...person, organization: here, projects: ['same', 'other'] }, -100);
    expect(await ask({ ...person, organization: there }, -90)).toMatchObject({
      organization: { humanId: there },
      projects: [],
    });
    expect(await ask({ ...person, projects: ['same'] }, -80)).toMatchObject({
      organization: { humanId: there },
      projects: [{ key: 'same' }],
    });
    const projects = await gateway.app.services.db.query<{ organization: string }>(
      `select o.human_id as organization from projects p join organizations o on o.id = p.organization_id
       where p.key = 'same' and o.human_id = any($1) order by 1`,
      [[here, there]],
    );
    expect(projects.map((project) => project.organization)).toEqual([here, there].sort());
  });

  it('raises the access version when it changes rights, and only then', async () => {
    const { sub, email } = newPerson();
    const organization = newHumanId('ORG');
    const versions: number[] = [];
    const changes: JWTPayload[] = [
      { email, organization, projects: ['a'] },
      { name: 'Another name' },
      { email: `new.${email}` },
      { role: 'agent' },
      { role: 'agent', organization, projects: ['a'] },
      { projects: ['a', 'b'] },
      { projects: ['b', 'a'] },
      { organization: newHumanId('ORG') },
    ];
    for (const [index, change] of changes.entries()) {
      await ask({ sub, ...change }, index - 100);
      versions.push((await rowOf(sub)).accessVersion);
    }
    const [start = 0] = versions;
    expect(versions.map((version) => version - start)).toEqual([0, 0, 0, 1, 1, 2, 2, 3]);
  });

  it('ends what its owner listens to with the rights of before', async () => {
    const person = newPerson();
    const before = gateway.withToken(await sign({ ...person, role: 'agent' }, -100));
    const { createTicket } = await before.run('mutation { createTicket(input: { title: "Mine" }) { ticket { id } } }');
    const follow = 'subscription ($id: ID!) { conversationEvents(ticketId: $id) { __typename } }';
    const live = before.subscribe(follow, { id: createTicket.ticket.id });
    expect((await live.data()).conversationEvents).toEqual({ __typename: 'Checkpoint' });
    await ask({ sub: person.sub, role: 'customer' }, -90);
    expect((await live.next()).errors).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
  });
});

describe('An older token', () => {
  it('changes nothing and speaks with the rights of today', async () => {
    const person = newPerson();
    await ask({ ...person, name: 'Boss', role: 'admin' }, -100);
    const today = await ask({ ...person, name: 'Customer', role: 'customer', organization: newHumanId('ORG') }, -50);
    const row = await rowOf(person.sub);
    expect(await ask({ ...person, name: 'Boss', role: 'admin' }, -100)).toEqual(today);
    expect(
      await ask({ ...person, name: 'Boss', role: 'admin', organization: newHumanId('ORG'), projects: ['x'] }, -51),
    ).toEqual(today);
    expect(await ask({ ...person, name: 'Boss', role: 'admin' }, -50)).toEqual(today);
    expect(await rowOf(person.sub)).toEqual(row);
  });
});

describe('An e-mail address', () => {
  it('lets a stranger take over whom the company has entered, whatever its case', async () => {
    const { sub, email } = newPerson();
    await enter(email);
    expect(await ask({ sub, email: email.toUpperCase() })).toMatchObject({ name: 'Entered', role: 'AGENT', email });
    expect(await rowsOf('email', email)).toEqual([expect.objectContaining({ sub })]);
  });

  it('takes nobody over while it is not verified', async () => {
    const { sub, email } = newPerson();
    await enter(email);
    for (const said of [false, 'false', 'True', 'yes', '', 0, 1, null, {}, [true]]) {
      expect(await isRefused({ sub, email, email_verified: said })).toBe(true);
    }
    expect(await rowsOf('email', email)).toEqual([expect.objectContaining({ sub: null, name: 'Entered' })]);
    expect(await isRefused({ sub, email, email_verified: true })).toBe(false);
  });

  it.each([true, 'true', undefined])('is verified where the token says so with %j', async (said) => {
    const { sub, email } = newPerson();
    await enter(email);
    expect(await isRefused({ sub, email, email_verified: said })).toBe(false);
  });

  it('of another person is refused, for strangers and for the known', async () => {
    const [one, other] = [newPerson(), newPerson()];
    await ask(one, -100);
    await ask(other, -100);
    expect(await isRefused({ sub: newHumanId('USR'), email: one.email })).toBe(true);
    expect(await isRefused({ sub: other.sub, email: one.email, role: 'admin' }, -50)).toBe(true);
    expect(await rowOf(one.sub)).toMatchObject(one);
    expect(await rowOf(other.sub)).toMatchObject({ ...other, role: 'CUSTOMER' });
  });

  it('is taken over by one of several strangers who bring it at once', async () => {
    const { email } = newPerson();
    await enter(email);
    const strangers = Array.from({ length: 10 }, () => ({ sub: newHumanId('USR'), email }));
    const refused = await Promise.all(strangers.map((stranger) => isRefused(stranger)));
    expect(refused.filter((isOut) => !isOut)).toHaveLength(1);
    expect(await rowsOf('email', email)).toHaveLength(1);
  });
});

describe('A deactivated user', () => {
  it('is refused at both doors, by old tokens and new ones', async () => {
    const person = newPerson();
    await ask(person, -100);
    await gateway.app.services.db.query('update users set is_active = false where sub = $1', [person.sub]);
    expect(await isRefused(person, -100)).toBe(true);
    expect(await isRefused({ ...person, role: 'admin' }, -50)).toBe(true);
    const socket = await RawSocket.init(gateway.url, { authorization: `Bearer ${await sign(person)}` });
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });

  it('hears nothing more over a socket that is open, and loses it', async () => {
    const person = newPerson();
    const token = await sign(person);
    const mine = 'mutation { createTicket(input: { title: "Mine" }) { ticket { id } } }';
    const { id } = (await gateway.withToken(token).run(mine)).createTicket.ticket;
    const follow = 'subscription ($id: ID!) { conversationEvents(ticketId: $id) { __typename } }';
    const [listening, idle] = [await RawSocket.open(gateway.url, token), await RawSocket.open(gateway.url, token)];
    expect(await listening.ask(follow, { id })).toMatchObject({ payload: { data: expect.anything() } });
    await gateway.app.services.db.query('update users set is_active = false where sub = $1', [person.sub]);
    const agent = await gateway.signIn({ role: 'agent' });
    await agent.run('mutation ($id: ID!) { addComment(input: { ticketId: $id, body: "Not for them" }) { replayed } }', {
      id,
    });
    expect(await listening.next()).toMatchObject({
      payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(await listening.closed).toMatchObject({ code: 4403 });
    idle.send({ id: '1', type: 'subscribe', payload: { query: follow, variables: { id } } });
    expect(await idle.closed).toMatchObject({ code: 4403 });
  });
});
