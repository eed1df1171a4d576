import type { Request, RequestHandler, Response } from 'express';
import { ForbiddenError, UnauthenticatedError, type AppError } from '../errors.js';
import { localsOf, send } from './answer.js';
import type { Caller } from './caller.js';
import type { Endpoint } from './endpoint.js';
import { HttpError } from './http-error.js';
import { addressKey } from './rate-limit/rate-key.js';
import { actorOf, rateKeyOf, type AuditRecord, type Protection } from './protection.js';

const HOW_TO_SIGN_IN = 'Sign in, or send an API token as `Authorization: Bearer pw_...`.';
const CHANGELESS = new Set(['GET', 'HEAD', 'OPTIONS']);

type Guarded = Pick<Endpoint, 'method' | 'access' | 'concealed' | 'rate'>;

/**
 * Lets a request through to its endpoint, and says who asks where the endpoint wants to know. Counted first, refused
 * after, so that guessing is limited too. Runs once per request: nothing in it waits unless it must.
 */
export async function admit(
  protection: Protection,
  endpoint: Guarded,
  req: Request,
  res: Response,
): Promise<Caller | undefined> {
  const wanted = endpoint.access !== 'public' && endpoint.access !== 'signed';
  let caller: Caller | undefined;
  let fault: AppError | undefined;
  if (wanted) {
    try {
      const identified = protection.identify(req);
      caller = identified instanceof Promise ? await identified : identified;
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) throw error;
      fault = error;
    }
  }
  if (endpoint.rate !== 'none') {
    const key = caller ? rateKeyOf(caller) : addressKey(localsOf(res).remote ?? '');
    const limited = protection.limit(endpoint.rate, req, res, key);
    if (limited) await limited;
  }
  if (!wanted) return undefined;
  const refused = fault ?? faultOf(protection, endpoint, req, caller);
  if (!refused) return caller;
  // Who sent nothing to be known by was not refused, only asked.
  if (caller || fault) await protection.record(denial(endpoint, req, res, caller, refused));
  throw refused;
}

/**
 * For pages that are no endpoints: lets those through who have the access, and sends a browser of nobody's to the page for
 * signing in.
 */
export function requireAccess(protection: Protection, access: 'viewer'): RequestHandler {
  return async (req, res, next) => {
    localsOf(res).route = req.baseUrl.toLowerCase();
    try {
      await admit(protection, { method: 'get', access, rate: 'read' }, req, res);
    } catch (error) {
      const browsing = req.method === 'GET' && req.accepts(['json', 'html']) === 'html';
      if (!browsing || !(error instanceof UnauthenticatedError)) throw error;
      const page = `/signin?next=${encodeURIComponent(req.originalUrl)}`;
      return send(res, 302, null, ['Location', page, 'Vary', 'Accept']);
    }
    next();
  };
}

function faultOf(
  protection: Protection,
  { access, concealed }: Guarded,
  req: Request,
  caller: Caller | undefined,
): AppError | undefined {
  if (!caller) return new UnauthenticatedError(HOW_TO_SIGN_IN);
  if (caller.kind === 'session' && !CHANGELESS.has(req.method)) {
    try {
      protection.checkSameOrigin(req);
    } catch (error) {
      if (error instanceof ForbiddenError) return error;
      throw error;
    }
  }
  if (caller.rights.has(access)) return undefined;
  if (concealed) return nothingAt(req);
  if (access === 'person') return new ForbiddenError('This is for people who signed in, not for API tokens.');
  const asWhat = caller.scopes
    ? `A token with scope ${caller.scopes.join(', ')} of a ${caller.role}`
    : `A ${caller.role}`;
  return new ForbiddenError(
    `${asWhat} may not do this: it takes ${access === 'ingest' ? 'the scope ingest' : `a ${access}`}.`,
  );
}

export const nothingAt = (req: Request) =>
  new HttpError(404, `There is nothing at ${req.originalUrl.split('?', 1)[0]?.slice(0, 200)}.`);

function denial(
  { method, access }: Guarded,
  req: Request,
  res: Response,
  caller: Caller | undefined,
  fault: AppError,
): AuditRecord {
  const { requestId, remote, route = '' } = localsOf(res);
  return {
    action: 'access.denied',
    outcome: 'denied',
    actor: actorOf(caller),
    target: { kind: 'endpoint', id: `${method.toUpperCase()} ${route}` },
    ...(remote !== undefined && { remote }),
    requestId,
    details: { reason: fault.message, path: req.path.slice(0, 200), access },
  };
}
