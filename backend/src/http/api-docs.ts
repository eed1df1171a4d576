import { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
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
  router.use('/docs', (_req, res, next) => {
    res.locals.route = '/api/docs';
    next();
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
