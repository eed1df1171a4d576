import { once } from 'node:events';

export default async function globalTeardown() {
  const server = globalThis.testPostgres;
  // It ends with its input, so it goes too when the tests are killed.
  server.stdin.end();
  if (server.exitCode === null) await once(server, 'exit');
}
