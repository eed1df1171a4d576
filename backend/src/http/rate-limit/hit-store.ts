import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RedisStore, type RedisReply } from 'rate-limit-redis';

/** `DECR` alone would make a counter without an end when the window is over. */
const TAKE_BACK_SCRIPT = `
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('DECR', KEYS[1]) end
return 0`;

/**
 * rate-limit-redis, each hit a command. The library loads its scripts when it is made and is of no use if that failed; here they
 * are kept and sent along, so that it matters neither whether Redis is there by then nor whether it was started anew since.
 */
export function createHitStore(client: Pick<Redis, 'call'>, prefix: string): RedisStore {
  const scripts = new Map<string, string>();
  const send = (command: string, ...args: (string | number)[]) => client.call(command, ...args) as Promise<RedisReply>;

  const sendCommand = async (command: string, ...args: string[]): Promise<RedisReply> => {
    const [first = '', script = ''] = args;
    if (command === 'SCRIPT') {
      const digest = hash('sha1', script);
      scripts.set(digest, script);
      return digest;
    }
    if (command === 'EVALSHA') return send('EVAL', scripts.get(first) ?? '', ...args.slice(1));
    if (command === 'DECR') return send('EVAL', TAKE_BACK_SCRIPT, 1, first);
    return send(command, ...args);
  };
  return new RedisStore({ prefix, sendCommand });
}
