import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Me } from '../api/account.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Role } from '../roles.ts';
import { Session, watchSession } from './session.svelte.ts';

const as = (role: Role): Me => ({
  user: { id: 'u', email: 'ada@example.com', name: 'Ada', role },
  credential: { kind: 'session', id: 's', scopes: null },
});

describe('a session', () => {
  it('knows what the role may see, and follows when the role changes', () => {
    let me = as('maintainer');
    const session = new Session(
      () => me,
      { signOut: async () => undefined },
      async () => undefined,
    );
    assert.deepEqual(
      (['viewer', 'maintainer', 'admin'] as const).map((role) => session.may(role)),
      [true, true, false],
    );

    me = as('viewer');
    assert.equal(session.may('maintainer'), false);
  });

  it('leaves only once the session has ended', async () => {
    const left: string[] = [];
    let signOut = () => Promise.reject(new ApiProblem(503, 'Not available'));
    const session = new Session(
      () => as('viewer'),
      { signOut: () => signOut() },
      async () => void left.push('left'),
    );

    await assert.rejects(session.signOut(), ApiProblem);
    assert.deepEqual(left, []);

    signOut = () => Promise.resolve() as Promise<never>;
    await session.signOut();
    assert.deepEqual(left, ['left']);
  });
});

describe('a watched fetch', () => {
  const ended = async (path: string, status: number) => {
    let count = 0;
    const answer = await watchSession(
      async () => new Response(null, { status }),
      () => count++,
    )(new Request(`http://localhost:8000${path}`));
    assert.equal(answer.status, status);
    return count;
  };

  it('tells when the session has ended', async () => {
    assert.equal(await ended('/api/v1/pipelines', 401), 1);
    assert.equal(await ended('/api/v1/pipelines', 200), 0);
    assert.equal(await ended('/api/v1/sources', 403), 0);
  });

  it('does not take a wrong password for the end of the session', async () => {
    assert.equal(await ended('/api/v1/auth/login', 401), 0);
    assert.equal(await ended('/api/v1/auth/password', 401), 0);
  });
});
