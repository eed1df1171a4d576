import { Command, Redis, ReplyError } from 'ioredis';

const CONNECT_TIMEOUT_MS = 2_000;
const DISCONNECT_TIMEOUT_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`. */
  url: string;
  /** Once each time Redis becomes unavailable (also at start-up), not at each retry. */
  onError: (error: Error) => void;
  /** Once each time Redis becomes available. */
  onUp: () => void;
  /** Milliseconds in which no command is sent after Redis failed to answer one. */
  coolDownMs?: number;
  /** The longest that a command may keep a request waiting; 100 ms, so that a hanging Redis delays no one noticeably. */
  commandTimeoutMs?: number;
}

/** `off`: closed by us. */
export type RedisState = 'up' | 'down' | 'off';

export interface RedisConnection {
  /** For every command. While Redis is down a command is refused at once; one that gets no answer, after its time-out. */
  readonly client: Redis;
  state(): RedisState;
  /** Whether Redis answers now; takes no longer than a command may, never rejects. */
  ping(): Promise<boolean>;
  /** What was sent is still written; nothing is sent or retried after. */
  close(): void;
}

/** Why a command was not sent. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';

  constructor() {
    super('Redis does not answer.');
  }
}

/** Connects in the background: start-up never waits for Redis. */
export function connectRedis({
  url,
  onError,
  onUp,
  coolDownMs = 1_000,
  commandTimeoutMs = 100,
}: RedisConnectionOptions): RedisConnection {
  const client = new GuardedRedis(url, commandTimeoutMs, coolDownMs);
  let reported: RedisState | undefined;

  const state = (): RedisState => {
    if (reported === 'off') return 'off';
    return client.status === 'ready' && !client.refusing ? 'up' : 'down';
  };
  const down = (reason: Error) => {
    if (reported === 'down' || reported === 'off') return;
    reported = 'down';
    // The client's own errors carry the command's arguments, a password among them.
    onError(new Error(reason.message));
  };
  const up = () => {
    if (reported === 'up' || reported === 'off') return;
    reported = 'up';
    onUp();
  };
  client.on('error', down);
  client.on('close', () => down(new Error('The connection to Redis was closed.')));
  client.on('silent', down);
  client.on('ready', up);
  client.on('answering', up);
  client.connect().catch(() => undefined); // reported by the listeners, retried by the client

  return {
    client,
    state,
    ping: () =>
      client.ping().then(
        () => true,
        () => false,
      ),
    close: () => {
      reported = 'off';
      client.close();
    },
  };
}

/**
 * A circuit breaker under every command, also those of libraries that are given the client. The first command that
 * gets no answer opens it; from then on commands are refused without a wait. After the cool-down one PING is sent, for
 * no request. Answered, it closes the breaker; unanswered, the connection is given up (its peer may be gone without a
 * word) and the reconnect loop, with its growing delays, does the probing.
 *
 * Emits `silent` (with the error) when it opens and `answering` when a PING closes it.
 */
class GuardedRedis extends Redis {
  refusing = false;
  private session = 0;
  private coolDown: NodeJS.Timeout | undefined;

  constructor(
    url: string,
    commandTimeout: number,
    private readonly coolDownMs: number,
  ) {
    super(url, {
      lazyConnect: true,
      commandTimeout,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      // Commands under way when a connection breaks fail at once. Sending them again on the next connection would
      // also repeat those whose callers gave up long ago: an old session written over a newer one.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      // Half of the delay is random, so that replicas do not return all at once.
      // eslint-disable-next-line sonarjs/pseudo-random -- Nothing depends on nobody guessing it.
      retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_BACKOFF_MS) * (0.5 + Math.random() / 2),
      // After a failover the name leads to the new primary, but this connection still to the old one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.on('ready', () => this.startSession());
    this.on('close', () => this.startSession());
  }

  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): unknown {
    // Until it is ready the client sends its handshake and refuses the rest itself.
    if (this.status !== 'ready') return super.sendCommand(command, stream);
    if (this.refusing) {
      command.reject(new RedisUnavailableError());
      return command.promise;
    }
    const { session } = this;
    const sent = super.sendCommand(command, stream);
    command.promise.catch((error: Error) => this.failed(error, session));
    return sent;
  }

  close(): void {
    clearTimeout(this.coolDown);
    this.disconnect();
  }

  private startSession(): void {
    this.session++;
    this.refusing = false;
    clearTimeout(this.coolDown);
  }

  private failed(error: Error, session: number): void {
    // An error reply is an answer: Redis is there.
    if (this.refusing || session !== this.session || error instanceof ReplyError) return;
    this.refusing = true;

    // When the event loop was held up, the time-out fires before the reply that has long arrived is read.
    // The reply is read before setImmediate, and then it was us who were slow.
    let answered = false;
    const onData = () => {
      answered = true;
    };
    const { stream } = this;
    stream.once('data', onData);
    setImmediate(() => {
      stream.off('data', onData);
      if (session !== this.session) return;
      if (answered) {
        this.refusing = false;
        return;
      }
      this.emit('silent', error);
      this.coolDown = setTimeout(() => void this.probe(), this.coolDownMs).unref();
    });
  }

  private async probe(): Promise<void> {
    const { session } = this;
    const ping = new Command('ping', [], { replyEncoding: 'utf8' });
    try {
      await super.sendCommand(ping);
    } catch {
      if (session === this.session) this.disconnect(true);
      return;
    }
    if (session !== this.session) return;
    this.refusing = false;
    this.emit('answering');
  }
}
