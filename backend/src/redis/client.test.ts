import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { until } from '../../test/answer-caches.js';
import { startRedisServer, type RedisServer } from '../../test/redis-server.js';
import { connectRedis, RedisUnavailableError, type RedisConnection, type RedisConnectionOptions } from './client.js';

const NEVER_MS = 3_600_000;
/** Commands that are to be answered get longer than by default: the test machine may be busy. */
const PATIENT_MS = 5_000;
const IMPATIENT_MS = 100;
const found = await startRedisServer();
const withRedis = found ? describe : describe.skip;
const server = found as RedisServer;
const opened: RedisConnection[] = [];

function connect(options: Partial<RedisConnectionOptions> = {}) {
  const errors: string[] = [];
  let ups = 0;
  const connection = connectRedis({
    url: server.url,
    onError: (error) => errors.push(error.message),
    onUp: () => ups++,
    commandTimeoutMs: PATIENT_MS,
    ...options,
  });
  opened.push(connection);
  return { connection, client: connection.client, errors, ups: () => ups };
}

async function sent(command: string): Promise<number> {
  const calls = (await server.info('commandstats')).get(`cmdstat_${command}`) ?? 'calls=0';
  return Number(/calls=(\d+)/.exec(calls)?.[1]);
}

afterEach(() => {
  found?.resume();
  for (const connection of opened.splice(0)) connection.close();
});
afterAll(() => found?.stop());

withRedis('a connection to Redis', () => {
  it('comes up by itself and refuses what is sent before', async () => {
    const { connection, client, errors, ups } = connect();

    expect(connection.state()).toBe('down');
    await expect(client.get('pitwall:test')).rejects.toThrow();
    await until(() => connection.state() === 'up');
    expect(await connection.ping()).toBe(true);
    expect(await client.set('pitwall:test', 'x')).toBe('OK');
    expect({ errors, ups: ups() }).toEqual({ errors: [], ups: 1 });
  });

  it('says once that Redis is away, through all its retries, and once that it is back', async () => {
    const mortal = (await startRedisServer()) as RedisServer;
    const { connection, client, errors, ups } = connect({ url: mortal.url });
    await until(() => connection.state() === 'up');
    let attempts = 0;
    client.on('reconnecting', () => attempts++);

    await mortal.stop();
    await until(() => attempts >= 3);
    expect(connection.state()).toBe('down');
    expect(await connection.ping()).toBe(false);
    expect(errors).toHaveLength(1);

    const successor = (await startRedisServer({ port: mortal.port })) as RedisServer;
    await until(() => connection.state() === 'up');
    expect({ errors: errors.length, ups: ups() }).toEqual({ errors: 1, ups: 2 });
    await successor.stop();
  });

  it('fails a command under way at once when the connection breaks, and does not send it again', async () => {
    const { connection, client } = connect();
    await until(() => connection.state() === 'up');
    await client.set('pitwall:count', '0');

    server.pause();
    const counted = client.incr('pitwall:count');
    client.stream.destroy();
    await expect(counted).rejects.toThrow('max retries per request');
    server.resume();

    await until(() => connection.state() === 'up');
    expect(Number(await client.get('pitwall:count'))).toBeLessThanOrEqual(1);
  });

  it('sends a hanging Redis one command, then none during the cool-down', async () => {
    const { connection, client, errors } = connect({ commandTimeoutMs: IMPATIENT_MS, coolDownMs: NEVER_MS });
    await until(() => connection.state() === 'up');
    const before = await sent('get');

    server.pause();
    await expect(client.get('pitwall:test')).rejects.toThrow('timed out');
    await until(() => errors.length > 0);
    for (let i = 0; i < 20; i++) await expect(client.get('pitwall:test')).rejects.toThrow(RedisUnavailableError);
    const pipelined = await client.pipeline().get('pitwall:test').get('pitwall:test').exec();
    expect(pipelined?.map(([error]) => error?.name)).toEqual(['RedisUnavailableError', 'RedisUnavailableError']);
    await expect(client.multi().get('pitwall:test').exec()).rejects.toThrow();
    expect(await connection.ping()).toBe(false);
    expect(connection.state()).toBe('down');
    server.resume();

    expect(await sent('get')).toBe(before + 1);
    expect(errors).toEqual(['Command timed out']);
  });

  it('finds out by a ping of its own that Redis answers again', async () => {
    const { connection, client, errors, ups } = connect({ commandTimeoutMs: IMPATIENT_MS, coolDownMs: 20 });
    await until(() => connection.state() === 'up');

    server.pause();
    await expect(client.get('pitwall:test')).rejects.toThrow('timed out');
    await until(() => errors.length > 0);
    server.resume();

    await until(() => connection.state() === 'up');
    expect(await client.get('pitwall:none')).toBeNull();
    expect({ errors: errors.length, ups: ups() }).toEqual({ errors: 1, ups: 2 });
  });

  it('gives up a connection that stays silent and opens another', async () => {
    const { connection, client, errors, ups } = connect({ commandTimeoutMs: IMPATIENT_MS, coolDownMs: 20 });
    await until(() => connection.state() === 'up');
    let attempts = 0;
    client.on('reconnecting', () => attempts++);

    server.pause();
    await expect(client.get('pitwall:test')).rejects.toThrow('timed out');
    await until(() => attempts >= 2);
    server.resume();

    await until(() => connection.state() === 'up');
    expect(await client.get('pitwall:none')).toBeNull();
    expect({ errors: errors.length, ups: ups() }).toEqual({ errors: 1, ups: 2 });
  });

  it('does not blame Redis for a reply that came while the event loop was held up', async () => {
    const { connection, client, errors } = connect({ commandTimeoutMs: IMPATIENT_MS, coolDownMs: NEVER_MS });
    await until(() => connection.state() === 'up');

    await new Promise(setImmediate); // timers are due next, before the socket is read
    const late = client.get('pitwall:none');
    const resumeAt = Date.now() + 200;
    while (Date.now() < resumeAt);
    await expect(late).rejects.toThrow('timed out');
    await until(() => connection.state() === 'up');

    expect(await client.get('pitwall:none')).toBeNull();
    expect(errors).toEqual([]);
  });

  it('takes an error reply for an answer', async () => {
    const { connection, client, errors } = connect({ coolDownMs: NEVER_MS });
    await until(() => connection.state() === 'up');

    await client.set('pitwall:text', 'x');
    await expect(client.incr('pitwall:text')).rejects.toThrow('not an integer');

    expect(connection.state()).toBe('up');
    expect(await client.get('pitwall:text')).toBe('x');
    expect(errors).toEqual([]);
  });

  it('keeps the password out of what it reports', async () => {
    const reported: Error[] = [];
    const { client } = connect({
      url: server.url.replace('//', '//someone:s3cret@'),
      onError: (error) => reported.push(error),
    });
    await until(() => reported.length > 0);

    expect(reported[0]?.message).toContain('WRONGPASS');
    expect(JSON.stringify(reported.map((error) => ({ ...error, stack: error.stack })))).not.toContain('s3cret');
    expect(client.status).not.toBe('ready');
  });

  it('is off once closed, and reports nothing more', async () => {
    const { connection, client, errors } = connect();
    await until(() => connection.state() === 'up');

    connection.close();

    expect(connection.state()).toBe('off');
    await until(() => client.status === 'end');
    await expect(client.get('pitwall:test')).rejects.toThrow();
    expect(await connection.ping()).toBe(false);
    expect(errors).toEqual([]);
  });
});
