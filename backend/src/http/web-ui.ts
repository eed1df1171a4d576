import { join } from 'node:path';
import express, { Router, type RequestHandler } from 'express';
import { nothingAt } from './admission.js';

/** The front end's files; every other address that a browser asks for is one of its pages. */
export function webUi(root: string): Router {
  const router = Router();
  router.use((_req, res, next) => {
    res.locals.route = 'web';
    next();
  });
  router.use(
    '/_app/immutable',
    express.static(join(root, '_app/immutable'), { immutable: true, maxAge: '1y', fallthrough: false }),
  );
  router.use(express.static(root, { index: false, maxAge: 0 }));
  router.use((req, res, next) => {
    const page = (req.method === 'GET' || req.method === 'HEAD') && req.accepts(['html', 'json']) === 'html';
    if (!page) return next();
    res.sendFile('index.html', { root, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } }, next);
  });
  return router;
}

export const answerNotFound: RequestHandler = (req) => {
  throw nothingAt(req);
};
