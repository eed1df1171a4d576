import { beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TestUser } from '../../../test/callers.js';
import { people } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';
import { ROLES, type Role } from '../../http/caller.js';

const monotonic = { now: 0 };
const api = startApi({ monotonicNow: () => monotonic.now });
const { create, withCookie, bearing, refresh, anybody } = people(api);

const USERS = 2;
const ORIGIN = { remote: '127.0.0.1', userAgent: 'model' };

interface Holding {
  kind: 'session' | 'client' | 'api token';
  of: number;
  id: string;
  headers: { cookie: string } | { authorization: string };
  refreshToken?: string;
  spent: string[];
}

/** What should be: who is disabled, what roles they have, which credentials were ended. */
interface Model {
  users: { user: TestUser; role: Role; disabled: boolean }[];
  held: { holding: Holding; ended: boolean }[];
}

const user = fc.nat({ max: USERS - 1 });
/** Of those that are held: taken modulo their number. */
const which = fc.nat({ max: 99 });
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('sign in' as const), user, kind: fc.constantFrom('session', 'client') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('make a token' as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refresh' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refresh again' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end others' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('disable' as const, 'enable' as const), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), user }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('change role' as const), user, role: fc.constantFrom(...ROLES) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** An Admin as a person, who alone may revoke a token. */
let chief: ReturnType<typeof withCookie>;
beforeAll(async () => {
  // Nobody is the last Admin who can sign in, whom the service would keep.
  await create('admin');
  chief = withCookie((await api.signIn('admin')).headers.cookie);
});

const callerOf = ({ headers }: Holding) =>
  'cookie' in headers ? withCookie(headers.cookie) : bearing(headers.authorization.slice('Bearer '.length));

async function signIn(model: Model, of: number, kind: 'session' | 'client') {
  const { sessions, sessionCookie, signIns } = api.services();
  const who = model.users[of];
  if (!who) return;
  const opened = await sessions.open(who.user.id, kind === 'session' ? 'browser' : 'client', ORIGIN);
  expect(opened !== undefined).toBe(!who.disabled);
  if (!opened) return;
  const { accessToken } = await signIns.tokensOf({ user: { ...who.user, role: who.role }, session: opened });
  const headers =
    kind === 'session'
      ? { cookie: `${sessionCookie.name}=${opened.secret}` }
      : { authorization: `Bearer ${accessToken}` };
  const refreshToken = kind === 'client' ? { refreshToken: opened.secret } : {};
  model.held.push({ holding: { kind, of, id: opened.id, headers, spent: [], ...refreshToken }, ended: false });
}

async function makeToken(model: Model, of: number) {
  const who = model.users[of];
  if (!who) return;
  const token = { name: 'model', scopes: ['read' as const], expiresInDays: 1 };
  const { id, token: secret } = await api.services().apiTokens.createFor(who.user.id, token);
  const headers = { authorization: `Bearer ${secret}` };
  model.held.push({ holding: { kind: 'api token', of, id, headers, spent: [] }, ended: false });
}

const letIn = (model: Model, { holding, ended }: Model['held'][number]) => !ended && !model.users[holding.of]?.disabled;

/** Ends in the model what such a change ends. */
function endSessionsOf(model: Model, of: number, except?: string): void {
  for (const each of model.held) {
    if (each.holding.of === of && each.holding.kind !== 'api token' && each.holding.id !== except) each.ended = true;
  }
}

async function perform(model: Model, act: Action): Promise<void> {
  if (act.do === 'sign in') return signIn(model, act.user, act.kind as 'session' | 'client');
  if (act.do === 'make a token') return makeToken(model, act.user);
  if ('which' in act) return performOn(model, act.do, model.held[act.which % Math.max(1, model.held.length)]);
  const who = model.users[act.user];
  if (!who) return;
  const path = `/users/${who.user.id}`;
  if (act.do === 'reset') {
    const { status } = await api.api.post(`${path}/password-reset`);
    expect(status).toBe(who.disabled ? 409 : 201);
    if (!who.disabled) endSessionsOf(model, act.user);
    return;
  }
  if (act.do === 'change role') {
    await api.api.patch(path).send({ role: act.role }).expect(200);
    if (act.role !== who.role) endSessionsOf(model, act.user);
    who.role = act.role;
    return;
  }
  await api.api
    .patch(path)
    .send({ disabled: act.do === 'disable' })
    .expect(200);
  who.disabled = act.do === 'disable';
  // Whoever is let in again may wait for half a second: that is not announced. Whoever is put out may not.
  if (!who.disabled) monotonic.now += 500;
  if (who.disabled) endSessionsOf(model, act.user);
}

async function performOn(
  model: Model,
  what: 'refresh' | 'refresh again' | 'end' | 'end others',
  held?: Model['held'][number],
) {
  if (!held) return;
  const { holding } = held;
  const good = letIn(model, held);
  if (what === 'refresh' || what === 'refresh again') {
    if (holding.refreshToken === undefined) return;
    const [spent] = holding.spent;
    if (what === 'refresh again' && spent !== undefined) {
      await refresh(spent).expect(401);
      held.ended = true;
    } else if (what === 'refresh') {
      const { status, body } = await refresh(holding.refreshToken);
      expect({ what, status }).toEqual({ what, status: good ? 200 : 401 });
      if (!good) return;
      holding.spent.push(holding.refreshToken);
      holding.refreshToken = String(body.refreshToken);
      holding.headers = { authorization: `Bearer ${body.accessToken}` };
    }
    return;
  }
  const caller = callerOf(holding);
  if (what === 'end') {
    if (holding.kind === 'api token') await chief.delete(`/tokens/${holding.id}`).expect(204);
    else expect((await caller.post('/auth/logout')).status).toBe(good ? 204 : 401);
    held.ended = true;
  } else if (holding.kind !== 'api token') {
    expect((await caller.delete('/auth/sessions')).status).toBe(good ? 204 : 401);
    if (good) endSessionsOf(model, holding.of, holding.id);
  }
}

it('SEC8 SEC39 after whatever is done, those are let in who should be, as who they are', async () => {
  await anybody.get('/auth/me').expect(401);
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      const users = await Promise.all(
        Array.from({ length: USERS }, async () => ({ user: await create(), role: 'viewer' as Role, disabled: false })),
      );
      const model: Model = { users, held: [] };
      for (const act of actions) {
        await perform(model, act);
        for (const each of model.held) {
          const { status, body } = await callerOf(each.holding).get('/auth/me');
          const who = model.users[each.holding.of];
          const good = letIn(model, each);
          const { kind, id } = each.holding;
          expect({ act, kind, status }).toEqual({ act, kind, status: good ? 200 : 401 });
          if (good) {
            expect(body).toMatchObject({
              user: { id: who?.user.id, role: who?.role },
              credential: { kind: kind === 'client' ? 'access token' : kind, id },
            });
          }
        }
      }
    }),
    { numRuns: 25 },
  );
  expect(api.reported).toEqual([]);
});
