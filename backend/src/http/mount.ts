import { isDeepStrictEqual } from 'node:util';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { InvalidInputError, type Fault } from '../errors.js';
import { ACCESS, RATE_CLASSES, type Endpoint, type ReadyAnswer } from './endpoint.js';
import { HttpError } from './http-error.js';
import { JsonError, parseJson } from './json.js';
import { refuseOtherMethods } from './methods.js';

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const MAX_FAULTS = 100;
const JSON_TYPE = 'application/json; charset=utf-8';
const NO_BODY = Buffer.alloc(0);
const MAX_PARSED_URLS = 500;
const MAX_PARSED_URL_LENGTH = 500;

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

export const expressPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

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
  // What an address says does not change: pages and polls ask for the same few again and again.
  const parsedUrls = new LRUCache<string, Record<string, unknown>>({ max: MAX_PARSED_URLS });
  const parse = (req: Request, bytes: Buffer): Record<string, unknown> => {
    const lasting = !schemas.body && !schemas.headers && req.originalUrl.length <= MAX_PARSED_URL_LENGTH;
    const known = lasting ? parsedUrls.get(req.originalUrl) : undefined;
    const parsed = known ?? parseRequest(schemas, req, bytes);
    if (lasting && !known) parsedUrls.set(req.originalUrl, parsed);
    return { ...parsed };
  };
  return async (req, res) => {
    refuseUnacceptable(req, acceptable);
    const bytes: Buffer = Buffer.isBuffer(req.body) ? req.body : NO_BODY;
    const input = parse(req, bytes);
    input.request = { id: res.locals.requestId, headers: req.headers, remote: req.ip ?? '', bytes };
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

function send(res: Response, status: number, body: Buffer, type = JSON_TYPE): void {
  res.statusCode = status;
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

function sendReady(req: Request, res: Response, answer: ReadyAnswer): void {
  if (typeof answer === 'string') return send(res, 200, Buffer.from(answer));
  res.setHeader('ETag', answer.etag);
  if (hasAlready(req.headers['if-none-match'], answer.etag)) {
    res.statusCode = 304;
    res.end();
  } else send(res, 200, answer.body);
}

/** By weak comparison (RFC 9110, 13.1.2): a proxy that compresses makes our tag a weak one. */
function hasAlready(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return given === etag || given.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
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

const PARTS = ['params', 'query', 'headers'] as const;

function parseRequest(schemas: Endpoint['request'], req: Request, bytes: Buffer): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  const faults: Fault[] = [];
  const parse = (part: string, schema: z.ZodType, value: unknown) => {
    const result = schema.safeParse(value);
    if (result.success) parsed[part] = result.data;
    else for (const issue of result.error.issues) faults.push(...faultsOf(part, issue));
  };
  for (const part of PARTS) {
    const schema = schemas[part];
    if (schema) parse(part, schema, req[part]);
    else if (part === 'query' && req.url.includes('?')) {
      for (const name of Object.keys(req.query))
        faults.push({ pointer: `#/query/${name}`, detail: 'is not known here' });
    }
  }
  if (schemas.body) {
    try {
      parse('body', schemas.body, parseJson(bytes));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      faults.push({ pointer: '#/body', detail: error.message });
    }
  }
  if (faults.length > 0) throw new InvalidInputError(faults.slice(0, MAX_FAULTS));
  return parsed;
}

function faultsOf(part: string, issue: z.core.$ZodIssue, base: PropertyKey[] = []): Fault[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer(part, [...path, key]), detail: 'is not known here' }));
  }
  if (issue.code === 'invalid_union') {
    // Of several shapes, the one that was meant is the one whose outermost type is right.
    const meant = issue.errors.find((issues) =>
      issues.every((one) => one.path.length > 0 || one.code !== 'invalid_type'),
    );
    if (meant) return meant.flatMap((one) => faultsOf(part, one, path));
    return [{ pointer: pointer(part, path), detail: 'has none of the shapes that are accepted here' }];
  }
  return [{ pointer: pointer(part, path), detail: issue.message }];
}

const pointer = (part: string, path: PropertyKey[]) =>
  `#/${[part, ...path].map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
