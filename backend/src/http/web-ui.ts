import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import express, { Router, type RequestHandler } from 'express';
import { onlyReading } from './methods.js';
import { inlineScriptHashes, securityHeaders, setHeaders, type Header } from './security-headers.js';

/** No page has such an address, and who asks for one looks for what was left lying about. */
const NO_PAGE = /\/(\.|%2e)|\.map$/i;

export interface WebUiOptions {
  https: boolean;
}

/** The front end's files; every other address that a browser asks for is one of its pages. */
export function webUi(root: string, options: WebUiOptions): Router {
  const router = Router();
  const servePage = page(root, options);
  router.use((_req, res, next) => {
    res.locals.route = 'web';
    next();
  });
  router.use(onlyReading, setHeaders(securityHeaders('ui', options)));
  router.use(
    '/_app/immutable',
    express.static(join(root, '_app/immutable'), { immutable: true, maxAge: '1y', fallthrough: false }),
  );
  // By its name it is a file too, which would go without the headers that its script needs.
  router.use('/index.html', servePage);
  router.use(express.static(root, { index: false, maxAge: 0 }));
  router.use(servePage);
  return router;
}

function page(root: string, options: WebUiOptions): RequestHandler {
  const headersOf = pageHeaders(join(root, 'index.html'), options);
  return async (req, res, next) => {
    res.vary('Accept');
    if (NO_PAGE.test(req.path) || req.accepts(['html', 'json']) !== 'html') return next();
    for (const [name, value] of await headersOf()) res.setHeader(name, value);
    const sending = { root, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } };
    // Called back also when all went well, which is not to be passed on.
    res.sendFile('index.html', sending, (error?: unknown) => void (error && next(error)));
  };
}

/** Those that allow the page's inline script. Each build has another one, also while the service runs. */
function pageHeaders(file: string, options: WebUiOptions): () => Promise<readonly Header[]> {
  let read: string | undefined;
  let headers: readonly Header[] = [];
  return async () => {
    // Without the page, sending it fails with the right answer.
    const html = await readFile(file, 'utf8').catch(() => '');
    if (html !== read) headers = securityHeaders('ui', { ...options, scriptHashes: inlineScriptHashes(html) });
    read = html;
    return headers;
  };
}
