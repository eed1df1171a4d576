import { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import { HttpError } from './http-error.js';
import { refuseOtherMethods } from './methods.js';

/** `/openapi.json`, and Swagger UI at `/docs`. */
export function apiDocs(document: object): Router {
  const router = Router();
  const json = Buffer.from(JSON.stringify(document));
  router.get('/openapi.json', (_req, res) => {
    res.locals.route = '/api/openapi.json';
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.setHeader('Content-Length', json.length);
    res.end(json);
  });
  refuseOtherMethods(router, [{ method: 'get', path: '/openapi.json' }]);
  router.use('/docs', (req, res, next) => {
    res.locals.route = '/api/docs';
    if (req.method === 'GET' || req.method === 'HEAD') return next();
    // Swagger UI would answer any method with its page.
    throw new HttpError(405, `${req.method} is not one of GET, HEAD.`, { Allow: 'GET, HEAD' });
  });
  router.use(
    '/docs',
    ...swaggerUi.serve,
    swaggerUi.setup(undefined, {
      customSiteTitle: 'Pitwall API',
      swaggerOptions: { url: '/api/openapi.json', validatorUrl: null, tryItOutEnabled: true },
    }),
  );
  return router;
}
