import type { RequestHandler } from 'express';
import { HttpError } from './http-error.js';

/**
 * Where only this machine can connect: a page of another site can still have its own name resolve to 127.0.0.1, and would
 * then count as the same origin (DNS rebinding). Its requests carry its name as their Host, and are refused with 421.
 */
export function refuseOtherHosts(publicUrl: string): RequestHandler {
  const served = new Set(['localhost', '127.0.0.1', '[::1]', new URL(publicUrl).hostname]);
  return (req, _res, next) => {
    const { host } = req.headers;
    // HTTP/1.0 has no Host. Every browser sends one.
    if (host === undefined || served.has(host.replace(/:\d*$/, '').toLowerCase())) return next();
    throw new HttpError(421, 'Pitwall is not served under this host: use localhost, or set PUBLIC_URL.');
  };
}
