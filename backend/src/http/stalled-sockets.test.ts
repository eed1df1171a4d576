import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { cutStalledSockets } from './stalled-sockets.js';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo();
});

/** More than the kernel's buffers of both ends take. */
const MUCH = Buffer.alloc(64 * 1024 * 1024);

/** Both ends of a connection that is looked at every 20 ms, and cut when nothing was taken for 100. */
async function connected(): Promise<{ server: Socket; client: Socket }> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const [server] = (await once(listener, 'connection')) as [Socket];
  server.on('error', () => undefined);
  client.on('error', () => undefined);
  const stop = cutStalledSockets(new Set([server]), { timeoutMs: 100, checkEveryMs: 20 });
  cleanUp.push(
    stop,
    () => server.destroy(),
    () => client.destroy(),
    () => listener.close(),
  );
  return { server, client };
}

it('REL23 cuts a connection whose other end takes nothing', async () => {
  const { server, client } = await connected();
  client.pause();

  server.write(MUCH);

  await once(server, 'close');
  expect(server.destroyed).toBe(true);
});

it('REL23 leaves those alone that take what is sent, or are sent nothing', async () => {
  const { server: idle } = await connected();
  const { server, client } = await connected();
  let received = 0;
  client.on('data', (bytes: Buffer) => (received += bytes.length));
  // Written in parts, as a file is, to an end that takes a while over each.
  for (let part = 0; part < 30; part++) {
    server.write(Buffer.alloc(1024));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise<void>((resolve) => server.end(resolve));

  expect(received).toBe(30 * 1024);
  expect(idle.destroyed).toBe(false);
});
