import type { Writable } from 'node:stream';
import winston from 'winston';
import { escapeUnprintable, plainFields, plainText, type LogFields, type PlainFields } from './log-fields.js';

export type { LogFields } from './log-fields.js';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = 'json' | 'pretty';

/**
 * What the code uses to say that something happened. `error` means that a person must act. An Error goes into the fields,
 * as `{ error }`. Logging never throws.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

/** The logger of the process, which whoever made it closes. */
export interface ProcessLogger extends Logger {
  /** Resolves once each line has been handed to the operating system. Lines after it are dropped. */
  close(): Promise<void>;
}

/** Which request the code at hand works for. */
export interface LogContext {
  requestId?: string | undefined;
  traceId?: string | undefined;
}

export interface LoggerOptions {
  level: LogLevel;
  format: LogFormat;
  stream?: Writable;
  /** Read as each line is written, usually from an AsyncLocalStorage. */
  context?: () => LogContext | undefined;
  now?: () => Date;
}

/**
 * Writes one line per entry: `{"time", "level", "message", "requestId", "traceId", ...fields}` as JSON, or the same for a
 * terminal. A field cannot take the name of `time`, `level` or `message`: it gets an underscore.
 */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const { level, format, stream = process.stdout, context = () => undefined, now = () => new Date() } = options;
  const render = format === 'json' ? renderJson : renderPretty;
  const output = winston.createLogger({
    level,
    levels: Object.fromEntries(LOG_LEVELS.map((name, index) => [name, index])),
    // Everything travels under `entry`: winston gives meanings of its own to fields such as `exception` and `splat`.
    format: winston.format.printf(({ entry }) => render(entry as LogEntry)),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
  // Whoever read the log went away: the service goes on without it.
  stream.on('error', () => undefined);

  let closed = false;
  const write = (entryLevel: LogLevel, message: string, bound: LogFields, fields: LogFields | undefined): void => {
    if (closed || LOG_LEVELS.indexOf(entryLevel) > LOG_LEVELS.indexOf(level)) return;
    const entry: LogEntry = {
      time: now().toISOString(),
      level: entryLevel,
      message: plainText(String(message)),
      fields: plainFields(() => ({ ...context(), ...bound, ...fields })),
    };
    output.log({ level: entryLevel, message: '', entry });
  };

  const loggerWith = (bound: LogFields): Logger => ({
    debug: (message, fields) => write('debug', message, bound, fields),
    info: (message, fields) => write('info', message, bound, fields),
    warn: (message, fields) => write('warn', message, bound, fields),
    error: (message, fields) => write('error', message, bound, fields),
    child: (fields) => loggerWith({ ...bound, ...fields }),
  });

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await new Promise((resolve) => output.once('finish', resolve).end());
    // An empty write is called back behind everything that was written before it.
    if (stream.writable) await new Promise((resolve) => stream.write('', resolve));
  };

  return { ...loggerWith({}), close };
}

interface LogEntry {
  time: string;
  level: LogLevel;
  message: string;
  fields: PlainFields;
}

const RESERVED = new Set(['time', 'level', 'message']);

function renderJson({ time, level, message, fields }: LogEntry): string {
  const line: PlainFields = { time, level, message };
  for (const [key, value] of Object.entries(fields)) line[RESERVED.has(key) ? `${key}_` : key] = value;
  return escapeUnprintable(JSON.stringify(line));
}

const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const COLOURS: Record<LogLevel, string> = {
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[32m',
  debug: '\u001b[36m',
};

function renderPretty({ time, level, message, fields }: LogEntry): string {
  const stacks: string[] = [];
  const said = Object.entries(fields).map(([key, value]) => {
    if (isSerialisedError(value)) {
      stacks.push(...stackLines(value));
      return `${key}=${value.name}`;
    }
    return `${key}=${typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)}`;
  });
  const head = `${DIM}${time.slice(11, 23)}${RESET} ${COLOURS[level]}${level.padEnd(5)}${RESET} ${escapeUnprintable(message)}`;
  const tail = said.length > 0 ? ` ${DIM}${escapeUnprintable(said.join(' '))}${RESET}` : '';
  return [head + tail, ...stacks.map((line) => `    ${escapeUnprintable(line)}`)].join('\n');
}

interface SerialisedError extends PlainFields {
  name: string;
  message: string;
  stack: string;
}

function isSerialisedError(value: unknown): value is SerialisedError {
  if (typeof value !== 'object' || value === null) return false;
  return ['name', 'message', 'stack'].every((key) => typeof (value as PlainFields)[key] === 'string');
}

function stackLines(error: SerialisedError): string[] {
  const cause = error['cause'];
  const own = error.stack.split('\n').map((line) => line.trim());
  if (!isSerialisedError(cause)) return own;
  const [first = '', ...rest] = stackLines(cause);
  return [...own, `caused by ${first}`, ...rest];
}
