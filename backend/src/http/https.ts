import type { RequestHandler } from 'express';
import { ForbiddenError } from '../errors.js';
import { send } from './answer.js';

/** Those who probe do so inside, where there is no TLS. */
const PROBES = /^\/health(z|\/.*)?$/;

/**
 * Answers what came over plain http: reading is sent to the public address; anything else is refused, since its secrets
 * went over the wire already and its sender should learn of it. Only the proxies that are trusted can say that it was https.
 */
export function forceHttps(publicUrl: string): RequestHandler {
  return (req, res, next) => {
    if (req.secure || PROBES.test(req.path)) return next();
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      throw new ForbiddenError(`Pitwall is served over https alone: send this to ${publicUrl}.`);
    }
    // A target in absolute form names a host of the caller's choice.
    const target = req.originalUrl.startsWith('/') ? req.originalUrl : '/';
    send(res, 308, null, ['Location', publicUrl + target]);
  };
}
