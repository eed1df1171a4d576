import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiProblem } from '../api/problem.ts';
import { Submission } from './submission.svelte.ts';

const refuse = (problem: ApiProblem) => () => Promise.reject(problem);
const refusal = (status: number, detail?: string, facts = {}) => new ApiProblem(status, 'Refused', detail, facts);

describe('a submission', () => {
  it('shows each fault at its field, as a sentence', async () => {
    const submission = new Submission(['email', 'scopes']);
    const faults = [
      { pointer: '#/body/email', detail: 'is not an e-mail address' },
      { pointer: '#/body/scopes/0', detail: 'is none of read, write' },
    ];

    assert.equal(await submission.run(refuse(refusal(400, 'Two faults.', { faults }))), false);

    assert.equal(submission.faultAt('email'), 'Is not an e-mail address.');
    assert.equal(submission.faultAt('scopes'), 'Is none of read, write.');
    assert.equal(submission.message, undefined);
  });

  it('says of the whole form what no field shows', async () => {
    const submission = new Submission(['email']);
    await submission.run(refuse(refusal(400, 'x', { faults: [{ pointer: '#/body/role', detail: 'is missing' }] })));
    assert.equal(submission.message, '#/body/role: Is missing.');

    await submission.run(refuse(refusal(401, 'The password is wrong.')));
    assert.equal(submission.message, 'The password is wrong.');
  });

  it('shows a conflict at the field that it is about', async () => {
    const submission = new Submission(['email'], ({ status }) => (status === 409 ? 'email' : undefined));
    await submission.run(refuse(refusal(409, 'There is one already.')));

    assert.equal(submission.faultAt('email'), 'There is one already.');
    assert.equal(submission.faultAt('name'), undefined);
    assert.equal(submission.message, undefined);
  });

  for (const [seconds, words] of [
    [1, 'Try again in 1 second.'],
    [42, 'Try again in 42 seconds.'],
    [60, 'Try again in 1 minute.'],
    [61, 'Try again in 2 minutes.'],
    [undefined, 'Try again later.'],
  ] as const) {
    it(`says after how long to try again: ${seconds}`, async () => {
      const submission = new Submission();
      await submission.run(refuse(refusal(429, undefined, { retryAfterSeconds: seconds })));
      assert.equal(submission.message, `Too many attempts. ${words}`);
    });
  }

  it('counts one of two presses, and forgets the last refusal after a success', async () => {
    const submission = new Submission();
    await submission.run(refuse(refusal(503)));
    let calls = 0;
    const work = () => Promise.resolve(calls++);

    const answers = await Promise.all([submission.run(work), submission.run(work)]);

    assert.deepEqual(answers, [true, false]);
    assert.equal(calls, 1);
    assert.equal(submission.message, undefined);
  });
});
