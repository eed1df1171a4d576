import { isDeepStrictEqual } from 'node:util';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { AppError, InvalidInputError } from '../errors.js';
import { admit } from './admission.js';
import { localsOf, send, sendJson, sendReady, setCommonHeaders } from './answer.js';
import type { Caller } from './caller.js';
import { ACCESS, RATE_CLASSES, type Endpoint, type ReadyAnswer } from './endpoint.js';
import { HttpError } from './http-error.js';
import type { EndpointGroup } from './openapi.js';
import { actorOf, type Protection } from './protection.js';
import { requestParser } from './request-parser.js';
import { RouteTable } from './route-table.js';

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const NO_BODY = Buffer.alloc(0);
/** How often it is seen whether the session of an open stream has run out. */
const LOOK_AGAIN_MS = 15_000;

export interface MountOptions {
  protection: Protection;
  /** Also parses ready answers through their schemas: in tests, so that SQL and schema cannot drift apart. */
  checkReadyAnswers: boolean;
  /** How often it is looked whether the caller of an answer that stays open may still have it; 15 s where it is not said. */
  lookAgainMs?: number;
}

type Serve = (req: Request, res: Response, params: Record<string, string>) => Promise<void>;

/**
 * Serves each endpoint; answers 405 with `Allow` for the other methods of its path, and OPTIONS. What is at none of their
 * paths is left to what comes after.
 */
export function mount(groups: Pick<EndpointGroup, 'root' | 'endpoints'>[], options: MountOptions): RequestHandler {
  const readBody = bodyReaders();
  const routes = groups.flatMap(({ root, endpoints }) =>
    endpoints.map((endpoint) => {
      checkDefinition(endpoint);
      const path = `${root}${endpoint.path}`;
      return { method: endpoint.method, path, value: { path, serve: serveEndpoint(endpoint, readBody, options) } };
    }),
  );
  const table = new RouteTable(routes);
  return (req, res, next) => {
    const found = table.find(req.method, pathOf(req));
    if (!found) return next();
    if ('allow' in found) return refuseMethod(req, res, found.allow);
    localsOf(res).route = found.value.path;
    return found.value.serve(req, res, found.params);
  };
}

/** Without the query. A proxy's request names the whole URL, which is rare and left to Express to read. */
function pathOf(req: Request): string {
  const { url } = req;
  if (!url.startsWith('/')) return req.path;
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** Types say this too, but an endpoint that is open by mistake is worth a second look. */
function checkDefinition({ method, path, access, rate, audit }: Endpoint): void {
  const name = `${method} ${path}`;
  if (!ACCESS.includes(access)) throw new Error(`${name} does not declare who may call it.`);
  if (!RATE_CLASSES.includes(rate)) throw new Error(`${name} does not declare its rate class.`);
  // What machines hand in is kept whole: the event log says what came.
  const changes = method !== 'get' && access !== 'signed' && access !== 'ingest';
  if (changes && !audit) throw new Error(`${name} does not declare what the audit log calls it.`);
}

function refuseMethod(req: Request, res: Response, allow: string): void {
  if (req.method !== 'OPTIONS') throw new HttpError(405, `${req.method} is not one of ${allow}.`, { Allow: allow });
  send(res, 204, null, ['Allow', allow]);
}

function serveEndpoint(endpoint: Endpoint, readBody: ReadBody, options: MountOptions): Serve {
  const { protection } = options;
  const hasBody = Boolean(endpoint.request.body ?? endpoint.request.rawBody);
  const parse = requestParser(endpoint.request);
  const answer = answerer(endpoint, options);
  return async (req, res, params) => {
    const caller = await admit(protection, endpoint, req, res);
    refuseUnacceptable(req, acceptable(endpoint));
    if (hasBody) refuseOtherContent(endpoint, req);
    const bytes = hasBody ? await readBody(endpoint, req, res) : NO_BODY;
    const input = parse(req, params, bytes);
    const locals = localsOf(res);
    input.caller = caller;
    input.request = {
      id: locals.requestId,
      headers: req.headers,
      remote: locals.remote ?? '',
      bytes,
      addHeader: (name: string, value: string) => void (locals.ownHeaders ??= []).push(name, value),
    };
    if ('stream' in endpoint.response) return openStream(endpoint, options, input, req, res);
    if (!endpoint.audit || endpoint.audit === 'none') return answer(req, res, await endpoint.handle(input));
    answer(req, res, await handleAudited(endpoint, protection, input, caller, res));
  };
}

/**
 * An answer that stays open, and is cut off when its caller may no longer have it: at once when a change is announced, and
 * within a quarter of a minute when a token or session expires, or the announcement does not get here. To look is no use
 * of the session: a page that is left open does not keep it from ending.
 */
async function openStream(
  endpoint: Endpoint,
  { protection, lookAgainMs = LOOK_AGAIN_MS }: MountOptions,
  input: Record<string, unknown>,
  req: Request,
  res: Response,
): Promise<void> {
  // Not ended but destroyed: one who does not read would hold back the end, and get what was written before it.
  const look = () =>
    void Promise.resolve()
      .then(() => protection.identify(req, { touch: false }))
      .then(
        (caller) => caller?.rights.has(endpoint.access) || res.destroy(),
        (error: unknown) => error instanceof AppError && res.destroy(),
      );
  const stop = protection.onIdentityChange(look);
  const timer = setInterval(look, lookAgainMs).unref();
  res.once('close', () => {
    stop();
    clearInterval(timer);
  });
  setCommonHeaders(res);
  await endpoint.handle({ ...input, response: res });
  // A change between the admission and this was announced to nobody who listened.
  look();
}

async function handleAudited(
  endpoint: Endpoint,
  protection: Protection,
  input: Record<string, unknown>,
  caller: Caller | undefined,
  res: Response,
): Promise<unknown> {
  const { requestId, remote } = localsOf(res);
  const record = (outcome: 'succeeded' | 'failed', id: unknown, details: Record<string, unknown> = {}) =>
    protection.record({
      action: String(endpoint.audit),
      outcome,
      actor: actorOf(caller),
      ...(typeof id === 'string' && { target: { kind: String(endpoint.audit?.split('.')[0]), id } }),
      ...(remote !== undefined && { remote }),
      requestId,
      ...(Object.keys(details).length > 0 && { details }),
    });
  const given = input.body === undefined ? {} : { request: input.body };
  const named = (input.params as { id?: string } | undefined)?.id ?? (caller && endpoint.auditTarget?.(caller));
  let answered: unknown;
  try {
    answered = await endpoint.handle(input);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      await record('failed', named, { ...given, reason: error instanceof AppError ? error.message : 'unforeseen' });
    }
    throw error;
  }
  await record('succeeded', named ?? (answered as { id?: string } | undefined)?.id, given);
  return answered;
}

type Answer = (req: Request, res: Response, answer: unknown) => void;

function answerer(endpoint: Endpoint, options: MountOptions): Answer {
  const { response } = endpoint;
  if ('text' in response) {
    return (_req, res, answer) => send(res, 200, Buffer.from(answer as string), ['Content-Type', response.text]);
  }
  if (!('schema' in response)) return (_req, res) => send(res, response.status, null);
  const { schema } = response;
  if ('ready' in response) {
    return (req, res, answer) => {
      if (options.checkReadyAnswers) checkReady(endpoint, schema, answer as ReadyAnswer);
      sendReady(req, res, answer as ReadyAnswer);
    };
  }
  return (_req, res, answer) => {
    if (endpoint.location) (localsOf(res).ownHeaders ??= []).push('Location', endpoint.location(answer));
    // Parsing the answer drops every field the schema does not name, so nothing leaks by accident.
    sendJson(res, response.status, Buffer.from(JSON.stringify(schema.parse(answer))));
  };
}

function checkReady({ method, path }: Endpoint, schema: z.ZodType, answer: ReadyAnswer): void {
  const value: unknown = JSON.parse(typeof answer === 'string' ? answer : answer.body.toString());
  const { error, data } = schema.safeParse(value);
  const problem = error?.message ?? (isDeepStrictEqual(data, value) ? undefined : 'it has other fields');
  if (problem) throw new Error(`The answer of ${method} ${path} is not as documented: ${problem}`);
}

const acceptable = ({ response }: Endpoint) =>
  'stream' in response ? response.stream : 'text' in response ? 'text/plain' : 'application/json';

function refuseUnacceptable(req: Request, type: string): void {
  const { accept } = req.headers;
  if (accept === undefined || accept === '*/*' || accept.includes(type) || req.accepts(type)) return;
  throw new HttpError(406, `The answer is ${type}, which the Accept header excludes.`);
}

function refuseOtherContent({ request }: Endpoint, req: Request): void {
  const types = request.rawBody?.contentTypes ?? ['application/json'];
  const type = req.headers['content-type'];
  const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
  if (essence !== undefined && types.includes(essence)) return;
  const what = type === undefined ? 'There is no Content-Type' : `The Content-Type is not understood`;
  throw new HttpError(415, `${what}: send ${types.join(' or ')}.`, { Accept: types.join(', ') });
}

type ReadBody = (endpoint: Endpoint, req: Request, res: Response) => Promise<Buffer>;

function bodyReaders(): ReadBody {
  const readers = new Map<number, RequestHandler>();
  return async ({ maxBodyBytes: limit = DEFAULT_MAX_BODY_BYTES }, req, res) => {
    const reader = readers.get(limit) ?? express.raw({ limit, type: () => true });
    readers.set(limit, reader);
    await new Promise<void>((resolve, reject) => {
      void reader(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve()));
    });
    return Buffer.isBuffer(req.body) ? req.body : NO_BODY;
  };
}
