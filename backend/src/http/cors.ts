import type { RequestHandler } from 'express';
import { send } from './answer.js';
import type { Origins } from './origins.js';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const SENT = 'Authorization, Content-Type, Idempotency-Key, X-Request-Id';
const SHOWN = 'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Location, ETag';
/** Chromium keeps a preflight's answer for two hours at the most. */
const MAX_AGE_SECONDS = '7200';

/**
 * Lets the pages of the origins that were named read the API's answers (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * Credentials are not allowed: such a page has a token and sends it as a header.
 */
export function cors(origins: Pick<Origins, 'mayRead'>): RequestHandler {
  return (req, res, next) => {
    if (!req.url.startsWith('/api/')) return next();
    // Also where there is no Origin: a cache must not hand that answer to a page.
    res.vary('Origin');
    const { origin } = req.headers;
    if (origin === undefined || !origins.mayRead(origin)) return next();
    res.setHeader('Access-Control-Allow-Origin', origin);
    res.setHeader('Access-Control-Expose-Headers', SHOWN);
    if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) return next();
    send(res, 204, null, [
      ...['Access-Control-Allow-Methods', METHODS],
      ...['Access-Control-Allow-Headers', SENT],
      ...['Access-Control-Max-Age', MAX_AGE_SECONDS],
    ]);
  };
}
