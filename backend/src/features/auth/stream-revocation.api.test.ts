import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createToken } from '../../../test/callers.js';
import { openEventStream } from '../../../test/event-stream.js';
import { people } from '../../../test/people.js';
import { startApi } from '../../../test/start-api.js';

const here = startApi();
const { create, browser, apiClient } = people(here);

async function signIn() {
  const user = await create('maintainer');
  const [page, client] = [await browser(user), await apiClient(user)];
  const apiToken = await createToken(here.connections().pool, user, ['read']);
  const held = {
    browser: { cookie: page.cookie },
    accessToken: { authorization: `Bearer ${client.accessToken}` },
    apiToken: { authorization: `Bearer ${apiToken}` },
  };
  return { user, page, held };
}

describe('SEC8 a stream', () => {
  const open = (headers: Record<string, string>) => openEventStream(`${here.base()}/api/v1/live`, headers);

  it('ends with whatever its caller was let in by', async () => {
    const { held, user } = await signIn();
    const streams = await Promise.all(Object.values(held).map((headers) => open(headers)));
    const other = await open({ authorization: `Bearer ${here.adminToken()}` });
    await Promise.all(streams.map((stream) => stream.until('retry')));

    await here.api.patch(`/users/${user.id}`).send({ disabled: true }).expect(200);

    await Promise.all(streams.map((stream) => stream.ended()));
    here.services().onProjected({ pipelines: [], runs: [], deployments: [], more: true });
    await other.until('"more":true');
    other.close();
    expect(streams.map((stream) => stream.text()).join()).not.toContain('more');
  });

  it('ends though its reader does not read, and what is written after that harms nobody', async () => {
    const { page, user } = await signIn();
    const socket = connect(Number(new URL(here.base()).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nCookie: ${page.cookie}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const gone = new Promise((resolve) => socket.once('close', resolve));
    // More than the buffers of the connection hold, less than makes the service cut it off by itself.
    const full = {
      pipelines: Array.from({ length: 5_000 }, () => 'x'.repeat(36)),
      runs: [],
      deployments: [],
      more: false,
    };
    const publish = () => here.services().onProjected(full);
    const held = () =>
      here.api.get('/metrics').then(({ text }) => Number(/^\w*live_subscribers\S* (\d+)$/m.exec(text)?.[1]));
    publish();
    expect(await held()).toBe(1);

    await here.api.patch(`/users/${user.id}`).send({ disabled: true }).expect(200);
    publish();

    while ((await held()) > 0) await new Promise(setImmediate);
    socket.resume();
    await gone;
    expect(here.reported).toEqual([]);
  });

  it('SEC39 ends when the session has been idle for too long, though it looks after it itself', async () => {
    const { held } = await signIn();
    const stream = await open(held.browser);
    await stream.until('retry');
    for (let minute = 1; minute <= 59; minute++) {
      here.clock.now = new Date(here.clock.now.getTime() + 60_000);
      here.services().identityChanges.received();
      await here.connections().pool.query('SELECT 1');
    }
    here.clock.now = new Date(here.clock.now.getTime() + 120_000);
    here.services().identityChanges.received();
    await stream.ended();
  });
});
