import { isDeepStrictEqual } from 'node:util';
import express, { type Request, type RequestHandler, type Router } from 'express';
import type { z } from 'zod';
import { send, sendReady } from './answer.js';
import { ACCESS, RATE_CLASSES, type Endpoint, type ReadyAnswer } from './endpoint.js';
import { HttpError } from './http-error.js';
import { refuseOtherMethods } from './methods.js';
import { requestParser } from './request-parser.js';

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const NO_BODY = Buffer.alloc(0);

export interface MountOptions {
  /** What stands before each path, such as `/api/v1`. */
  root: string;
  /** Also parses ready answers through their schemas: in tests, so that SQL and schema cannot drift apart. */
  checkReadyAnswers: boolean;
}

/** Serves each endpoint, and answers 405 with `Allow` for the other methods of its path. */
export function mount(router: Router, endpoints: Endpoint[], options: MountOptions): void {
  const readers = new Map<number, RequestHandler>();
  for (const endpoint of endpoints) {
    checkDefinition(endpoint);
    const path = expressPath(`${options.root}${endpoint.path}`);
    const chain: RequestHandler[] = [nameRoute(`${options.root}${endpoint.path}`)];
    if (endpoint.request.body || endpoint.request.rawBody) {
      const limit = endpoint.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
      const reader = readers.get(limit) ?? express.raw({ limit, type: () => true });
      readers.set(limit, reader);
      chain.push(refuseOtherContent(endpoint), reader);
    }
    router[endpoint.method](path, ...chain, handlerOf(endpoint, options));
  }
  refuseOtherMethods(
    router,
    endpoints.map(({ method, path }) => ({ method, path: expressPath(`${options.root}${path}`) })),
  );
}

const expressPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

/** Types say this too, but an endpoint that is open by mistake is worth a second look. */
function checkDefinition({ method, path, access, rate }: Endpoint): void {
  if (!ACCESS.includes(access)) throw new Error(`${method} ${path} does not declare who may call it.`);
  if (!RATE_CLASSES.includes(rate)) throw new Error(`${method} ${path} does not declare its rate class.`);
}

/** First of all, so that the log and the metrics can also name the route of what is refused for its body. */
const nameRoute =
  (route: string): RequestHandler =>
  (_req, res, next) => {
    res.locals.route = route;
    next();
  };

function handlerOf(endpoint: Endpoint, options: MountOptions): RequestHandler {
  const { response, request: schemas } = endpoint;
  const acceptable = 'stream' in response ? response.stream : 'text' in response ? 'text/plain' : 'application/json';
  const parse = requestParser(schemas);
  return async (req, res) => {
    refuseUnacceptable(req, acceptable);
    const bytes: Buffer = Buffer.isBuffer(req.body) ? req.body : NO_BODY;
    const input = parse(req, bytes);
    input.request = { id: res.locals.requestId, headers: req.headers, remote: res.locals.remote ?? '', bytes };
    if ('stream' in response) input.response = res;
    const answer = await endpoint.handle(input);
    if ('stream' in response) return;
    if ('text' in response) send(res, 200, Buffer.from(answer as string), response.text);
    else if (!('schema' in response)) res.status(response.status).end();
    else if ('ready' in response) {
      if (options.checkReadyAnswers) checkReady(endpoint, response.schema, answer as ReadyAnswer);
      sendReady(req, res, answer as ReadyAnswer);
    } else {
      if (endpoint.location) res.setHeader('Location', endpoint.location(answer));
      // Parsing the answer drops every field the schema does not name, so nothing leaks by accident.
      send(res, response.status, Buffer.from(JSON.stringify(response.schema.parse(answer))));
    }
  };
}

function checkReady({ method, path }: Endpoint, schema: z.ZodType, answer: ReadyAnswer): void {
  const value: unknown = JSON.parse(typeof answer === 'string' ? answer : answer.body.toString());
  const { error, data } = schema.safeParse(value);
  const problem = error?.message ?? (isDeepStrictEqual(data, value) ? undefined : 'it has other fields');
  if (problem) throw new Error(`The answer of ${method} ${path} is not as documented: ${problem}`);
}

function refuseUnacceptable(req: Request, type: string): void {
  const { accept } = req.headers;
  if (accept === undefined || accept === '*/*' || accept.includes(type) || req.accepts(type)) return;
  throw new HttpError(406, `The answer is ${type}, which the Accept header excludes.`);
}

function refuseOtherContent({ request }: Endpoint): RequestHandler {
  const types = request.rawBody?.contentTypes ?? ['application/json'];
  return (req, _res, next) => {
    const type = req.headers['content-type'];
    const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
    if (essence !== undefined && types.includes(essence)) return next();
    const what = type === undefined ? 'There is no Content-Type' : `The Content-Type is not understood`;
    next(new HttpError(415, `${what}: send ${types.join(' or ')}.`, { Accept: types.join(', ') }));
  };
}
