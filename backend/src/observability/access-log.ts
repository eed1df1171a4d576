import type { Writable } from 'node:stream';
import { escapeUnprintable } from './log-fields.js';
import type { LogFormat } from './logger.js';

const FLUSH_BYTES = 64 * 1024;
const FLUSH_MS = 100;
const MAX_HELD_BYTES = 1024 * 1024;
const CLOSE_TIMEOUT_MS = 2000;
const MAX_TEXT_LENGTH = 1024;

/** One answered request. */
export interface AccessLogEntry {
  time: Date;
  requestId: string;
  traceId?: string | undefined;
  method: string;
  /** The template, `/api/v1/runs/{id}`; undefined when no route matched. */
  route: string | undefined;
  /** As requested; a query is cut off, since it may carry a token. */
  path: string;
  status: number;
  bytes: number;
  durationMs: number;
  remote: string | undefined;
  userAgent?: string | undefined;
}

export interface AccessLog {
  /** Takes about two microseconds and never waits. */
  write(entry: AccessLogEntry): void;
  /** Resolves once what was written so far has been handed over, or was lost with the stream. */
  flush(): Promise<void>;
  /** Flushes, but waits no longer than two seconds for a stream that is stuck. Lines after it are dropped. */
  close(): Promise<void>;
  /** Lines lost because the stream was stuck or broken. */
  readonly dropped: number;
}

export interface AccessLogOptions {
  format: LogFormat;
  stream?: Writable;
  closeTimeoutMs?: number;
}

/**
 * One line per request, written in batches of 64 KiB or every 100 ms. While the stream does not take them, at most 1 MiB
 * of lines is held; more are dropped and counted, and the log says how many once it moves again.
 */
export function createAccessLog(options: AccessLogOptions): AccessLog {
  return new BufferedAccessLog(options);
}

class BufferedAccessLog implements AccessLog {
  dropped = 0;
  private readonly stream: Writable;
  private readonly render: (entry: AccessLogEntry) => string;
  private readonly closeTimeoutMs: number;
  private lines: string[] = [];
  private pendingBytes = 0;
  private inFlightBytes = 0;
  private droppedUnsaid = 0;
  private timer: NodeJS.Timeout | undefined;
  private handingOver: Promise<void> | undefined;
  private closed = false;

  constructor({ format, stream = process.stdout, closeTimeoutMs = CLOSE_TIMEOUT_MS }: AccessLogOptions) {
    this.stream = stream;
    this.render = format === 'json' ? renderJson : renderPretty;
    this.closeTimeoutMs = closeTimeoutMs;
    // Whoever read the log went away: the service goes on without it.
    stream.on('error', () => undefined);
  }

  write(entry: AccessLogEntry): void {
    const line = `${this.render(entry)}\n`;
    // Lines are ASCII but for letters in a path or an agent: to count those exactly costs more than it tells.
    const bytes = line.length;
    if (this.closed || this.pendingBytes + this.inFlightBytes + bytes > MAX_HELD_BYTES) return this.drop(1);
    this.lines.push(line);
    this.pendingBytes += bytes;
    if (this.pendingBytes >= FLUSH_BYTES) this.handOver();
    else this.timer ??= setTimeout(() => this.handOver(), FLUSH_MS).unref();
  }

  async flush(): Promise<void> {
    this.handOver();
    while (this.handingOver) await this.handingOver;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    let timeout: NodeJS.Timeout | undefined;
    const stuck = new Promise<void>((resolve) => {
      timeout = setTimeout(resolve, this.closeTimeoutMs);
    });
    await Promise.race([this.flush(), stuck]);
    clearTimeout(timeout);
    clearTimeout(this.timer);
  }

  /** One write at a time: its callback, not the stream's own buffer, says that there is room for more. */
  private handOver(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.handingOver || this.lines.length === 0) return;
    const { lines, pendingBytes } = this;
    this.lines = [];
    this.pendingBytes = 0;
    this.inFlightBytes = pendingBytes;
    this.handingOver = this.send(lines.join('')).then((sent) => {
      this.handingOver = undefined;
      this.inFlightBytes = 0;
      if (sent) this.sayWhatWasDropped();
      else this.drop(lines.length);
      this.handOver();
    });
  }

  private send(text: string): Promise<boolean> {
    if (!this.stream.writable) return Promise.resolve(false);
    return new Promise((resolve) => this.stream.write(text, (error) => resolve(!error)));
  }

  private drop(count: number): void {
    this.dropped += count;
    this.droppedUnsaid += count;
  }

  private sayWhatWasDropped(): void {
    if (this.droppedUnsaid === 0) return;
    const time = new Date().toISOString();
    const said = { time, level: 'warn', message: 'Lines of the access log were dropped.', dropped: this.droppedUnsaid };
    this.droppedUnsaid = 0;
    const line = `${JSON.stringify(said)}\n`;
    this.lines.unshift(line);
    this.pendingBytes += line.length;
  }
}

/** By hand, which is several times faster than to build an object first. */
function renderJson(entry: AccessLogEntry): string {
  const { time, requestId, traceId, method, route, path, status, bytes, durationMs, remote, userAgent } = entry;
  const trace = traceId === undefined ? '' : `,"traceId":${quote(traceId)}`;
  const from = remote === undefined ? '' : `,"remote":${quote(remote)}`;
  const agent = userAgent === undefined ? '' : `,"userAgent":${quote(userAgent)}`;
  return (
    `{"time":"${isoTime(time)}","level":"info","message":"request","requestId":${quote(requestId)}${trace},"method":` +
    `${quote(method)},"route":${route === undefined ? 'null' : quote(route)},"path":${quote(withoutQuery(path))},"status":` +
    `${status},"bytes":${bytes},"durationMs":${milliseconds(durationMs)}${from}${agent}}`
  );
}

function renderPretty({ time, method, path, status, bytes, durationMs }: AccessLogEntry): string {
  const line = `${method} ${withoutQuery(path)} ${status} ${milliseconds(durationMs)} ms ${bytes} B`;
  return `${time.toISOString().slice(11, 23)} ${escapeUnprintable(line)}`;
}

let lastTime = 0;
let lastIsoTime = '';

/** Many requests are of the same millisecond. */
function isoTime(time: Date): string {
  const now = time.getTime();
  if (now !== lastTime) {
    lastTime = now;
    lastIsoTime = time.toISOString();
  }
  return lastIsoTime;
}

/** Printable ASCII, but for what JSON escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  if (text.length <= MAX_TEXT_LENGTH && PLAIN.test(text)) return `"${text}"`;
  return escapeUnprintable(JSON.stringify(text.length > MAX_TEXT_LENGTH ? text.slice(0, MAX_TEXT_LENGTH) : text));
}

function withoutQuery(path: string): string {
  const query = path.indexOf('?');
  const end = query === -1 ? path.indexOf('#') : query;
  return end === -1 ? path : path.slice(0, end);
}

function milliseconds(duration: number): number {
  return Math.round(duration * 1000) / 1000;
}
