import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createToken, type TestUser } from '../../../test/callers.js';
import { PASSWORD, people } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';
import { PostgresListener } from '../../database/listener.js';
import { connectRedis } from '../../redis/client.js';
import { IDENTITY_CHANNEL } from './identity-changes.js';

const secretKey = randomBytes(32);
const monotonic = { now: 0 };
/** There is no Redis at that port, as when it is down. */
const noRedis = connectRedis({ url: 'redis://127.0.0.1:1', onError: () => undefined, onUp: () => undefined });
const shared = { secretKey, redis: () => noRedis };
/** Three processes: where things change, one that hears of it, and one that does not. */
const here = startApi(shared);
const hearing = startApi({ ...shared, databaseUrl: () => here.databaseUrl(), monotonicNow: () => 0 });
const deaf = startApi({ ...shared, databaseUrl: () => here.databaseUrl(), monotonicNow: () => monotonic.now });

const { create, browser, apiClient, logIn, anybody } = people(here);
let listener: PostgresListener;
let heard: () => void = () => undefined;

beforeAll(async () => {
  listener = new PostgresListener({
    url: here.databaseUrl(),
    channels: {
      [IDENTITY_CHANNEL]: () => {
        hearing.services().identityChanges.received();
        heard();
      },
    },
    onGap: () => undefined,
    onError: () => undefined,
  });
  await listener.open();
});
afterAll(async () => {
  await listener.close();
  noRedis.close();
});

interface Credentials {
  user: TestUser;
  /** Headers by kind of credential. */
  held: Record<'browser' | 'accessToken' | 'apiToken', Record<string, string>>;
  browser: Awaited<ReturnType<typeof browser>>;
  apiClient: Awaited<ReturnType<typeof apiClient>>;
}

let credentials: Credentials;
beforeEach(async () => {
  const user = await create('maintainer');
  const [page, client] = [await browser(user), await apiClient(user)];
  const apiToken = await createToken(here.connections().pool, user, ['read']);
  const held = {
    browser: { cookie: page.cookie },
    accessToken: { authorization: `Bearer ${client.accessToken}` },
    apiToken: { authorization: `Bearer ${apiToken}` },
  };
  credentials = { user, held, browser: page, apiClient: client };
});

type Held = keyof Credentials['held'];

const statusAt = (api: typeof here, headers: Record<string, string>) =>
  fetch(`${api.base()}/api/v1/auth/me`, { headers }).then(({ status }) => status);

async function statuses(headers: Record<string, string>) {
  return {
    here: await statusAt(here, headers),
    hearing: await statusAt(hearing, headers),
    deaf: await statusAt(deaf, headers),
  };
}

const EVERYWHERE = { here: 200, hearing: 200, deaf: 200 };
const NOWHERE = { here: 401, hearing: 401, deaf: 401 };

const admin = () => here.api;
const tokenId = async () =>
  (
    await here
      .connections()
      .pool.query<{ id: string }>('SELECT id FROM api_tokens WHERE user_id = $1', [credentials.user.id])
  ).rows[0]?.id;

const changes: [string, Held[], () => PromiseLike<{ status: number }>][] = [
  ['the browser signs out', ['browser'], () => credentials.browser.post('/auth/logout')],
  ['the API client signs out', ['accessToken'], () => credentials.apiClient.post('/auth/logout')],
  [
    'a session is ended from another',
    ['accessToken'],
    async () => {
      const { body } = await credentials.browser.get('/auth/sessions').expect(200);
      const [other] = (body.items as { id: string; kind: string }[]).filter(({ kind }) => kind === 'client');
      return credentials.browser.delete(`/auth/sessions/${other?.id}`);
    },
  ],
  ['all other sessions are ended', ['accessToken'], () => credentials.browser.delete('/auth/sessions')],
  [
    'the role changes',
    ['browser', 'accessToken'],
    () => admin().patch(`/users/${credentials.user.id}`).send({ role: 'viewer' }),
  ],
  [
    'the user is disabled',
    ['browser', 'accessToken', 'apiToken'],
    () => admin().patch(`/users/${credentials.user.id}`).send({ disabled: true }),
  ],
  [
    'the user is deleted',
    ['browser', 'accessToken', 'apiToken'],
    () => admin().delete(`/users/${credentials.user.id}`),
  ],
  ['the token is revoked', ['apiToken'], async () => credentials.browser.delete(`/tokens/${await tokenId()}`)],
  [
    'the password is changed',
    ['accessToken'],
    () =>
      credentials.browser.put('/auth/password').send({ currentPassword: PASSWORD, newPassword: `${PASSWORD} anew` }),
  ],
  [
    'a reset of the password is begun',
    ['browser', 'accessToken'],
    () => admin().post(`/users/${credentials.user.id}/password-reset`),
  ],
  [
    'the password is reset',
    ['browser', 'accessToken'],
    async () => {
      const { body } = await admin().post(`/users/${credentials.user.id}/password-reset`).expect(201);
      // Signed in once more with the old one, which is good until now.
      credentials.held.browser = { cookie: (await browser(credentials.user)).cookie };
      const token = String(body.url).split('#')[1];
      return anybody.post('/auth/activate').send({ token, password: `${PASSWORD} anew` });
    },
  ],
];

describe('SEC8 REL7 with Redis away, and on every process, credentials are refused when', () => {
  it.each(changes)('%s', async (_what, ended, change) => {
    const { held } = credentials;
    const kinds = Object.keys(held) as Held[];
    for (const kind of kinds) expect({ kind, ...(await statuses(held[kind])) }).toEqual({ kind, ...EVERYWHERE });

    const told = new Promise<void>((resolve) => (heard = resolve));
    expect((await change()).status).toBeLessThan(300);
    await told;
    // One that was not told looks again after half a second.
    monotonic.now += 500;

    for (const kind of kinds) {
      const expected = ended.includes(kind) ? NOWHERE : EVERYWHERE;
      expect({ kind, ...(await statuses(held[kind])) }).toEqual({ kind, ...expected });
    }
  });

  it('and not before that half second is what was remembered given up, where nothing is heard', async () => {
    const { held } = credentials;
    expect(await statusAt(deaf, held.browser)).toBe(200);
    await credentials.browser.post('/auth/logout').expect(204);

    monotonic.now += 499;
    expect(await statusAt(deaf, held.browser)).toBe(200);
    monotonic.now += 1;
    expect(await statusAt(deaf, held.browser)).toBe(401);
  });
});

it('SEC8 a refresh token is of no more use than its session', async () => {
  await here.api.patch(`/users/${credentials.user.id}`).send({ role: 'viewer' }).expect(200);
  await anybody.post('/auth/refresh').send({ refreshToken: credentials.apiClient.refreshToken }).expect(401);
});

it('SEC8 what was ended stays so when the user is enabled again; their API tokens are theirs again', async () => {
  const { user, held } = credentials;
  await here.api.patch(`/users/${user.id}`).send({ disabled: true }).expect(200);
  await logIn(user.email).expect(401);
  await here.api.patch(`/users/${user.id}`).send({ disabled: false }).expect(200);

  expect(await statusAt(here, held.browser)).toBe(401);
  expect(await statusAt(here, held.accessToken)).toBe(401);
  expect(await statusAt(here, held.apiToken)).toBe(200);
});

it('SEC8 somebody who is disabled is refused, even where their sessions were not ended', async () => {
  const { user, held, apiClient: client } = credentials;
  // As when the process was killed in between.
  await here.connections().pool.query('UPDATE users SET disabled_at = now() WHERE id = $1', [user.id]);
  for (const headers of Object.values(held)) expect(await statusAt(deaf, headers)).toBe(401);
  await anybody.post('/auth/refresh').send({ refreshToken: client.refreshToken }).expect(401);
});
