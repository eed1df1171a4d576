import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PASSWORD, people, WRONG_PASSWORD } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';

const LIMIT = 4;
/** Behind a proxy that says who calls: here, the tests. By account: an address is another each time. */
const proxied = startApi({ env: { HOST: '0.0.0.0', TRUST_PROXY: '127.0.0.1', RATE_LIMIT_AUTH: `${LIMIT} per day` } });
/** Whoever connects is who calls. */
const direct = startApi({ env: { RATE_LIMIT_AUTH: `${LIMIT} per day` } });

const atProxied = people(proxied);
const atDirect = people(direct);

let last = 0;
const nextAddress = () => `198.51.${(++last >> 8) & 255}.${last & 255}`;

function tryFrom(address: string, email: string, password = WRONG_PASSWORD) {
  return atProxied.anybody.post('/auth/login').set('X-Forwarded-For', address).send({ email, password });
}

const count = (answers: { status: number }[]) => ({
  verified: answers.filter(({ status }) => status === 401).length,
  refused: answers.filter(({ status }) => status === 429).length,
});

describe('SEC10 of the attempts to guess a password, no more than the limit are verified', () => {
  it('for one account from a hundred addresses at once', async () => {
    const { email } = await atProxied.create();
    const answers = await Promise.all(Array.from({ length: 100 }, () => tryFrom(nextAddress(), email)));
    expect(count(answers)).toEqual({ verified: LIMIT, refused: 100 - LIMIT });
  });

  it('for one account in its many spellings', async () => {
    const local = `first.last${randomUUID().slice(0, 8)}`;
    const plain = local.replace('.', '');
    const spellings = [
      `${local}@example.com`,
      `${plain}@example.com`,
      `${local.toUpperCase()}@EXAMPLE.com`,
      `f.i.r.s.t.${plain.slice(5)}@example.com`,
      `${local}+tag@example.com`,
      ` ${local}@example.com `,
      `${local}@example.com.`,
      `${local}@\uff45xample.com`,
    ];
    const answers = await Promise.all(spellings.map((email) => tryFrom(nextAddress(), email)));
    expect(count(answers)).toEqual({ verified: LIMIT, refused: spellings.length - LIMIT });
  });

  it.each<[string, () => string]>([
    ['one address', () => '203.0.113.7'],
    ['one network of IPv6', () => `2001:db8:0:7::${(++last).toString(16)}`],
    ['one network of IPv6, in several /64', () => `2001:db8:0:${(0x800 + (++last % 200)).toString(16)}::1`],
    ['one address, written as IPv6', () => '::ffff:203.0.113.9'],
  ])('for many accounts from %s', async (_where, address) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => tryFrom(address(), `${randomUUID()}@example.com`)),
    );
    expect(count(answers)).toEqual({ verified: LIMIT, refused: 20 - LIMIT });
  });

  it('whatever the caller says of their address, where no proxy is trusted', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        atDirect.anybody
          .post('/auth/login')
          .set({ 'X-Forwarded-For': nextAddress(), 'X-Real-IP': nextAddress(), Forwarded: `for=${nextAddress()}` })
          .send({ email: `${randomUUID()}@example.com`, password: WRONG_PASSWORD }),
      ),
    );
    expect(count(answers)).toEqual({ verified: LIMIT, refused: 20 - LIMIT });
  });
});

it('SEC10 SEC11 a refusal says when to come again, and not whether there is such an account', async () => {
  const { email } = await atProxied.create();
  const unknown = `${randomUUID()}@example.com`;
  const refusal = async (address: string) => {
    for (let attempt = 0; attempt < LIMIT; attempt++) await tryFrom(nextAddress(), address).expect(401);
    // Also of the right password: to learn that it is right is what the limit is there to prevent.
    const { status, body, headers } = await tryFrom(nextAddress(), address, PASSWORD);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    return { status, body: { ...body, requestId: '' } };
  };
  const ofKnown = await refusal(email);
  expect(ofKnown.status).toBe(429);
  expect(await refusal(unknown)).toEqual(ofKnown);
  expect((await atProxied.auditOf('session.opened', { email })).at(-1)).toMatchObject({ outcome: 'denied' });
});

it('SEC10 whoever signs in is not counted', async () => {
  const { email } = await atProxied.create();
  const address = nextAddress();
  for (let time = 0; time < 3 * LIMIT; time++) await tryFrom(address, email, PASSWORD).expect(200);
  for (let attempt = 0; attempt < LIMIT; attempt++) await tryFrom(address, email).expect(401);
  await tryFrom(address, email, PASSWORD).expect(429);
});

it("SEC10 a sign-in to an account of one's own gives back no attempt at another", async () => {
  const [own, other] = [await atProxied.create(), await atProxied.create()];
  const address = nextAddress();
  let verified = 0;
  for (let round = 0; round < 2 * LIMIT; round++) {
    verified += count([await tryFrom(address, other.email)]).verified;
    await tryFrom(address, own.email, PASSWORD);
  }
  expect(verified).toBe(LIMIT);
});

it('SEC10 a change of the password is an attempt, too: who took over a session cannot guess by it', async () => {
  const user = await atProxied.create();
  const { headers } = { headers: { 'X-Forwarded-For': nextAddress() } };
  const { body } = await tryFrom(nextAddress(), user.email, PASSWORD).expect(200);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      atProxied
        .bearing(String(body.accessToken))
        .put('/auth/password')
        .set(headers)
        .send({ currentPassword: WRONG_PASSWORD, newPassword: `${PASSWORD} anew` }),
    ),
  );
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(LIMIT);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20 - LIMIT);
  // It is of the same count as the sign-in.
  await tryFrom(nextAddress(), user.email, PASSWORD).expect(429);
  const rows = await atProxied.auditOf('password.changed', user);
  expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
  expect(rows).toHaveLength(20);
});

it('SEC10 one address cannot make rows of the audit log without end', async () => {
  const limited = people(bounded);
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => limited.logIn(`${randomUUID()}@example.com`, WRONG_PASSWORD)),
  );
  expect(count(answers).refused).toBe(40 - LIMIT);
  const { rows } = await bounded
    .connections()
    .pool.query("SELECT 1 FROM audit_entries WHERE action = 'session.opened'");
  expect(rows).toHaveLength(10);
});
const bounded = startApi({ env: { RATE_LIMIT_AUTH: `${LIMIT} per day`, RATE_LIMIT_DEFAULT: '10 per day' } });
