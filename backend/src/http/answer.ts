import type { Request, Response } from 'express';
import type { ReadyAnswer } from './endpoint.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What is known of an answer before it is sent, in `res.locals`. Header lists are flat: name, value, name, value. */
export interface AnswerLocals {
  requestId: string;
  /** The caller's address, or undefined when the connection is gone already. */
  remote: string | undefined;
  /** The template of the route, once it is known. */
  route?: string;
  /** Headers of every answer of the API. */
  apiHeaders: readonly string[];
  /** The state of the caller's rate limit. */
  rateHeaders?: readonly string[];
  /** What the endpoint adds. */
  ownHeaders?: string[];
  /** Length of the body. */
  bytes?: number;
  /** The answer is made, and is on its way or will be at the end of this turn. */
  answered?: true;
  /** What nobody foresaw. */
  error?: unknown;
}

export const localsOf = (res: Response) => res.locals as AnswerLocals;

/**
 * Sends an answer of the API. Its headers go out as one list: to set them one by one costs as much as the rest of a small
 * answer.
 */
export function send(res: Response, status: number, body: Buffer | null, more: readonly string[] = []): void {
  const locals = localsOf(res);
  const headers = [...commonHeaders(locals), ...more];
  if (body) {
    headers.push('Content-Length', String(body.length));
    locals.bytes = body.length;
  }
  locals.answered = true;
  outbox.push({ res, status, headers, body });
  if (outbox.length === 1) setImmediate(sendAll);
}

/**
 * Answers that were made in one turn of the event loop go out together at its end. Who receives them is woken once for all
 * of them: where that is a process on the same machine (a proxy, a benchmark), the single wake-ups cost more than making the
 * answers. One per process, as the event loop is.
 */
let outbox: { res: Response; status: number; headers: string[]; body: Buffer | null }[] = [];

function sendAll(): void {
  const answers = outbox;
  outbox = [];
  for (const { res, status, headers, body } of answers) {
    if (res.headersSent) continue;
    res.writeHead(status, headers);
    if (body) res.end(body);
    else res.end();
  }
}

export function sendJson(res: Response, status: number, body: Buffer): void {
  send(res, status, body, ['Content-Type', JSON_TYPE]);
}

/** Sends JSON that is ready, or says that the caller has it already. */
export function sendReady(req: Request, res: Response, answer: ReadyAnswer): void {
  if (typeof answer === 'string') return sendJson(res, 200, Buffer.from(answer));
  const { body, etag } = answer;
  if (hasAlready(req.headers['if-none-match'], etag)) send(res, 304, null, ['ETag', etag]);
  else send(res, 200, body, ['Content-Type', JSON_TYPE, 'ETag', etag]);
}

/** For an answer that somebody else sends. */
export function setCommonHeaders(res: Response): void {
  const headers = commonHeaders(localsOf(res));
  for (let at = 0; at < headers.length; at += 2) res.setHeader(headers[at] as string, headers[at + 1] as string);
}

function commonHeaders({
  requestId,
  apiHeaders = [],
  rateHeaders = [],
  ownHeaders = [],
}: Partial<AnswerLocals>): string[] {
  const id = requestId === undefined ? [] : ['X-Request-Id', requestId];
  return [...id, ...apiHeaders, ...rateHeaders, ...ownHeaders];
}

/** By weak comparison (RFC 9110, 13.1.2): a proxy that compresses makes our tag a weak one. */
function hasAlready(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return given === etag || given.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}
