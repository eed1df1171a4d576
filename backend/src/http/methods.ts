import type { Router } from 'express';
import { HttpError } from './http-error.js';

/** For each path: OPTIONS says which methods there are, and any other one is a 405 that says so too. */
export function refuseOtherMethods(router: Router, routes: { method: string; path: string }[]): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    const known = methods.get(path) ?? new Set(['OPTIONS']);
    known.add(method.toUpperCase());
    if (method === 'get') known.add('HEAD');
    methods.set(path, known);
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort().join(', ');
    router.all(path, (req, res) => {
      if (req.method !== 'OPTIONS') throw new HttpError(405, `${req.method} is not one of ${allow}.`, { Allow: allow });
      res.setHeader('Allow', allow);
      res.status(204).end();
    });
  }
}
