import { afterEach, expect, it } from '@jest/globals';
import express, { type Response } from 'express';
import { openEventStream } from '../../test/event-stream.js';
import { UnauthenticatedError } from '../errors.js';
import { rightsOf, type Caller } from './caller.js';
import { endpoint } from './endpoint.js';
import { mount } from './mount.js';
import { listen, type HttpServer } from './server.js';
import { z } from 'zod';

const NEVER_MS = 3_600_000;
const caller: Caller = {
  ...{ kind: 'session', credentialId: 's', userId: 'u', email: 'e', name: 'n', role: 'viewer' },
  rights: rightsOf('viewer'),
};

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

/** A stream whose caller is looked up by what the test says; the lookups are told as they come. */
async function open(identify: (lookups: number) => Caller, lookAgainMs: number) {
  const touched: (boolean | undefined)[] = [];
  const listeners = new Set<() => void>();
  const stream = endpoint({
    method: 'get',
    path: '/stream',
    tag: 't',
    summary: 's',
    access: 'viewer',
    rate: 'none',
    request: {},
    response: { status: 200, stream: 'text/event-stream', schema: z.unknown(), description: 'd' },
    errors: [],
    handle: async ({ response }: { response: Response }) => void response.writeHead(200).write('here\n'),
  });
  const app = express().use(
    mount([{ root: '', endpoints: [stream] }], {
      checkReadyAnswers: false,
      lookAgainMs,
      protection: {
        identify: (_request, options) => {
          touched.push(options?.touch);
          return identify(touched.length);
        },
        limit: () => undefined,
        checkSameOrigin: () => undefined,
        record: async () => undefined,
        onIdentityChange: (callback) => {
          listeners.add(callback);
          return () => void listeners.delete(callback);
        },
      },
    }),
  );
  server = await listen(app, { host: '127.0.0.1', port: 0 });
  return { page: await openEventStream(`http://127.0.0.1:${server.port}/stream`), touched, listeners };
}

const goneFrom = (last: number) => (lookups: number) => {
  if (lookups >= last) throw new UnauthenticatedError('The session has ended.');
  return caller;
};

it('SEC8 a stream is cut off when its caller was refused between the admission and its first byte', async () => {
  // It may be gone before the head of the answer is read.
  const page = await open(goneFrom(2), NEVER_MS).catch(() => undefined);
  await page?.page.ended();
});

it('SEC8 a stream is cut off in time where nothing is announced, and looking is not using', async () => {
  const { page, touched, listeners } = await open(goneFrom(5), 1);
  await page.ended();
  expect(touched).toEqual([undefined, false, false, false, false]);
  while (listeners.size > 0) await new Promise(setImmediate);
});

it('SEC8 a stream is cut off when its caller may no longer read, and not for a failure that says nothing of them', async () => {
  const none = { ...caller, rights: new Set<never>() };
  const { page } = await open((lookups) => {
    if (lookups === 2) throw new Error('the database is away');
    return lookups < 5 ? caller : none;
  }, 1);
  await page.until('here');
  await page.ended();
});
