import { beforeEach, expect, it } from '@jest/globals';
import { Lifecycle } from './lifecycle.js';

const order: string[] = [];
const errors: { message: string; error: unknown }[] = [];
let lifecycle: Lifecycle;

beforeEach(() => {
  order.length = 0;
  errors.length = 0;
  lifecycle = new Lifecycle({
    debug: () => undefined,
    error: (message, fields) => void errors.push({ message, error: (fields as { error?: unknown }).error }),
  });
});

/** Notes when it begins and ends, so that two that overlap would show. */
const slow = (name: string) => async () => {
  order.push(`${name} begins`);
  await new Promise(setImmediate);
  order.push(`${name} ends`);
};

it('closes in the reverse order of opening, one after the other', async () => {
  for (const name of ['database', 'projector', 'http']) lifecycle.onClose(name, slow(name));

  await lifecycle.close();

  expect(order).toEqual(['http', 'projector', 'database'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

it.each([
  ['rejects', () => Promise.reject(new Error('stuck'))],
  [
    'throws',
    () => {
      throw new Error('stuck');
    },
  ],
])('goes on where one %s, and says which one did', async (_how, fail) => {
  lifecycle.onClose('database', slow('database'));
  lifecycle.onClose('projector', fail);
  lifecycle.onClose('http', slow('http'));

  await lifecycle.close();

  expect(order).toEqual(['http begins', 'http ends', 'database begins', 'database ends']);
  expect(errors).toEqual([{ message: 'Could not close: projector.', error: new Error('stuck') }]);
});

it('closes once, however often it is asked, and each asker waits for the end', async () => {
  lifecycle.onClose('database', slow('database'));

  await Promise.all([lifecycle.close(), lifecycle.close().then(() => order.push('asked twice'))]);
  await lifecycle.close();

  expect(order).toEqual(['database begins', 'database ends', 'asked twice']);
});

it('has nothing to do where nothing was opened', async () => {
  await expect(lifecycle.close()).resolves.toBeUndefined();
});
