import type { Request, Response } from 'express';
import type { ReadyAnswer } from './endpoint.js';

const JSON_TYPE = 'application/json; charset=utf-8';

export function send(res: Response, status: number, body: Buffer, type = JSON_TYPE): void {
  res.statusCode = status;
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

/** Sends JSON that is ready, or says that the caller has it already. */
export function sendReady(req: Request, res: Response, answer: ReadyAnswer): void {
  if (typeof answer === 'string') return send(res, 200, Buffer.from(answer));
  res.setHeader('ETag', answer.etag);
  if (hasAlready(req.headers['if-none-match'], answer.etag)) {
    res.statusCode = 304;
    res.end();
  } else send(res, 200, answer.body);
}

/** By weak comparison (RFC 9110, 13.1.2): a proxy that compresses makes our tag a weak one. */
function hasAlready(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return given === etag || given.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}
