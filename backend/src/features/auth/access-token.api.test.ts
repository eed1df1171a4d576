import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { expect, it } from '@jest/globals';
import { claimsOf, forge, otherSpellings, withHmac, wronglySigned } from '../../../test/json-web-tokens.js';
import { people } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';
import { accessTokenKey } from './access-token.js';

const secretKey = randomBytes(32);
const key = accessTokenKey(secretKey);
const api = startApi({ secretKey });
const { create, browser, apiClient } = people(api);

/** By Node's own client: `fetch` would put the header in order. */
const me = (token: string) =>
  new Promise<{ status: number | undefined; authenticate: string | undefined }>((resolve, reject) => {
    const asked = request(
      `${api.base()}/api/v1/auth/me`,
      { headers: { Authorization: `Bearer ${token}` } },
      (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, authenticate: answer.headers['www-authenticate'] });
      },
    );
    asked.on('error', reject).end();
  });

const REFUSED = { status: 401, authenticate: 'Bearer' };
/** What no client can put in a header, or no server takes out of it. */
const sendable = ([, token]: [string, string]) => /^[\x21-\x7e]*$/.test(token);

it("SEC6 a token that is wrongly signed, or written otherwise, is nobody's", async () => {
  const { accessToken } = await apiClient(await create());
  const wrong = [...wronglySigned(accessToken, key), ...otherSpellings(accessToken)].filter(sendable);
  expect(wrong.length).toBeGreaterThan(45);
  for (const [what, token] of wrong) expect({ what, ...(await me(token)) }).toEqual({ what, ...REFUSED });
  expect(await me(accessToken)).toMatchObject({ status: 200 });
  expect(api.reported).toEqual([]);
});

it('SEC7 a token is of one user and of their session as an API client', async () => {
  const [user, other] = [await create(), await create('admin')];
  const [client, others] = [await apiClient(user), await apiClient(other)];
  const page = await browser(other);
  const pageId = (await page.get('/auth/me')).body.credential.id as string;
  const otherClaims = claimsOf(others.accessToken);
  const changes = {
    'the session of another': { sid: otherClaims.sid },
    'the user of another': { sub: otherClaims.sub },
    'a session that there is not': { sid: randomUUID() },
    'the session of a browser': { sid: pageId, sub: other.id },
    'another audience': { aud: 'pitwall' },
    'another issuer': { iss: 'https://evil.example' },
    'a time that is over': { exp: 1300819380 },
    'a time to come': { nbf: 9_999_999_999 },
  };
  for (const [what, payload] of Object.entries(changes)) {
    expect({ what, ...(await me(forge(client.accessToken, key, { payload }))) }).toEqual({ what, ...REFUSED });
  }
  // A role in it says nothing.
  const promoted = forge(client.accessToken, key, { payload: { role: 'admin', scopes: ['admin'] } });
  expect(await me(promoted)).toMatchObject({ status: 200 });
  await api
    .client(() => ({ authorization: `Bearer ${promoted}` }))
    .get('/users')
    .expect(404);
});

it('SEC7 the key of the secrets of sources signs no token', async () => {
  const { accessToken } = await apiClient(await create());
  expect(await me(withHmac({ alg: 'HS256', typ: 'at+jwt' }, claimsOf(accessToken), secretKey))).toEqual(REFUSED);
});

it('SEC27 what is refused is told to the audit log, without the token', async () => {
  const { accessToken } = await apiClient(await create());
  const forged = forge(accessToken, key, { payload: { sub: randomUUID() } });
  const { body } = await api
    .client(() => ({ authorization: `Bearer ${forged}` }))
    .get('/auth/me')
    .expect(401);
  const { rows } = await api
    .connections()
    .pool.query<{ row: string }>('SELECT a::text AS row FROM audit_entries a WHERE request_id = $1', [body.requestId]);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.row).toContain('access.denied');
  expect(rows[0]?.row).not.toContain(forged.split('.')[2]);
});
