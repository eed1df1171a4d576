import { expect, it } from '@jest/globals';
import express from 'express';
import { listen } from './server.js';

it('makes requests and answers that Express need not change', async () => {
  const app = express();
  const prototypes: (object | null)[] = [];
  const changed: unknown[] = [];
  const server = await listen(
    Object.assign((req: object, res: object) => {
      prototypes.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
      app(req as never, res as never);
      changed.push(Object.getPrototypeOf(req) === prototypes[0], Object.getPrototypeOf(res) === prototypes[1]);
    }, app) as unknown as typeof app,
    { host: '127.0.0.1', port: 0 },
  );
  app.post(
    '/echo',
    express.json(),
    (req, res) => void res.status(201).json({ ...req.body, query: req.query, ip: req.ip }),
  );

  const answer = await fetch(`http://127.0.0.1:${server.port}/echo?a=1`, {
    ...{ method: 'POST', body: '{"b":2}', headers: { 'content-type': 'application/json' } },
  });

  expect({ status: answer.status, body: await answer.json() }).toEqual({
    ...{ status: 201, body: { b: 2, query: { a: '1' }, ip: '127.0.0.1' } },
  });
  expect(prototypes).toEqual([app.request, app.response]);
  expect(changed).toEqual([true, true]);
  await server.close(0);
});
