import type { RequestHandler, Router } from 'express';
import { nothingAt } from './admission.js';
import { send } from './answer.js';
import { HttpError } from './http-error.js';

/** Every method that some address of Pitwall has. */
export const SERVED_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** For each path: OPTIONS says which methods there are, and any other one is a 405 that says so too. */
export function refuseOtherMethods(router: Router, routes: { method: string; path: string }[]): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    const known = methods.get(path) ?? new Set(['OPTIONS']);
    known.add(method.toUpperCase());
    if (method === 'get') known.add('HEAD');
    methods.set(path, known);
  }
  for (const [path, known] of methods) router.all(path, answerOtherMethods([...known].sort().join(', ')));
}

/** For what is only there to be read: pages and files. */
export const onlyReading: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD') return next();
  return answerReading(req, res, next);
};

/** Where nothing is: says so, unless no address has that method. */
export const answerNotFound: RequestHandler = (req) => {
  if (!SERVED_METHODS.includes(req.method)) throw notAllowed(req.method, SERVED_METHODS.join(', '));
  throw nothingAt(req);
};

function answerOtherMethods(allow: string): RequestHandler {
  return (req, res) => {
    if (req.method !== 'OPTIONS') throw notAllowed(req.method, allow);
    send(res, 204, null, ['Allow', allow]);
  };
}

const answerReading = answerOtherMethods('GET, HEAD, OPTIONS');

const notAllowed = (method: string, allow: string) =>
  new HttpError(405, `${method} is not one of ${allow}.`, { Allow: allow });
