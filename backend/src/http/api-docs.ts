import { Router, type RequestHandler, type Response } from 'express';
import swaggerUi from 'swagger-ui-express';
import { sendJson } from './answer.js';
import { HttpError } from './http-error.js';
import { onlyReading, refuseOtherMethods } from './methods.js';
import { securityHeaders, setHeaders } from './security-headers.js';

/** The rest of Swagger UI's package says which version it is, or is not for us. */
const FILES = new Set(['/swagger-ui.css', '/index.css', '/swagger-ui-bundle.js', '/favicon-32x32.png']);

/** Of our own, since Swagger UI's page has inline styles, which the content policy refuses. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Pitwall API</title>
    <link rel="icon" href="/api/docs/favicon-32x32.png" type="image/png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
    <link rel="stylesheet" href="/api/docs/index.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** `/openapi.json`, and Swagger UI at `/docs`. */
export function apiDocs(document: object, options: { https: boolean }): Router {
  const router = Router();
  const json = Buffer.from(JSON.stringify(document));
  router.get('/openapi.json', (_req, res) => {
    res.locals.route = '/api/openapi.json';
    sendJson(res, 200, json);
  });
  refuseOtherMethods(router, [{ method: 'get', path: '/openapi.json' }]);
  router.use('/docs', docs(options));
  return router;
}

function docs(options: { https: boolean }): Router {
  const router = Router();
  router.use(nameRoute, onlyReading, setHeaders(securityHeaders('docs', options)));
  router.get('/', (_req, res) => sendText(res, 'text/html; charset=utf-8', PAGE));
  router.get('/start.js', (_req, res) => sendText(res, 'text/javascript; charset=utf-8', START));
  router.use(refuseOtherFiles, ...swaggerUi.serve);
  return router;
}

const nameRoute: RequestHandler = (_req, res, next) => {
  res.locals.route = '/api/docs';
  next();
};

const refuseOtherFiles: RequestHandler = (req, _res, next) => {
  if (FILES.has(req.path)) return next();
  throw new HttpError(404, 'There is nothing at this address.');
};

function sendText(res: Response, type: string, text: string): void {
  const body = Buffer.from(text);
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Length', body.length);
  res.end(body);
}
