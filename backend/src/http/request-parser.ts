import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { InvalidInputError, type Fault } from '../errors.js';
import type { Endpoint } from './endpoint.js';
import { JsonError, parseJson } from './json.js';
import { isCredential } from './url-credentials.js';

/** How many an answer names. */
export const MAX_FAULTS = 100;
const MAX_PARSED_URLS = 500;
const MAX_PARSED_URL_LENGTH = 500;

export type ParseRequest = (req: Request, params: Record<string, string>, bytes: Buffer) => Record<string, unknown>;

/**
 * What an endpoint's schemas make of a request; throws `InvalidInputError` with every fault. What an address says does
 * not change, and pages and polls ask for the same few again and again: it is parsed once.
 */
export function requestParser(schemas: Endpoint['request']): ParseRequest {
  if (schemas.body || schemas.headers) return (req, params, bytes) => parseRequest(schemas, req, params, bytes);
  const parsedUrls = new LRUCache<string, Record<string, unknown>>({ max: MAX_PARSED_URLS });
  return (req, params, bytes) => {
    const url = req.originalUrl;
    const known = parsedUrls.get(url);
    if (known) return { ...known };
    const parsed = parseRequest(schemas, req, params, bytes);
    if (url.length <= MAX_PARSED_URL_LENGTH) parsedUrls.set(url, parsed);
    return { ...parsed };
  };
}

const PARTS = ['params', 'query', 'headers'] as const;

function parseRequest(
  schemas: Endpoint['request'],
  req: Request,
  params: Record<string, string>,
  bytes: Buffer,
): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  const faults: Fault[] = [];
  const parse = (part: string, schema: z.ZodType, value: unknown) => {
    const result = schema.safeParse(value);
    if (result.success) parsed[part] = result.data;
    else for (const issue of result.error.issues) faults.push(...faultsOf(issue, [part]));
  };
  for (const part of PARTS) {
    const schema = schemas[part];
    if (schema) parse(part, schema, part === 'params' ? params : req[part]);
    else if (part === 'query' && req.url.includes('?')) {
      for (const name of Object.keys(req.query)) faults.push(unknown([part, name]));
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

/** An issue that zod found, where it is below `base`. */
export function faultsOf(issue: z.core.$ZodIssue, base: PropertyKey[] = []): Fault[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknown([...path, key]));
  }
  if (issue.code === 'invalid_union') {
    // Of several shapes, the one that was meant is the one whose outermost type is right.
    const meant = issue.errors.find((issues) =>
      issues.every((one) => one.path.length > 0 || one.code !== 'invalid_type'),
    );
    if (meant) return meant.flatMap((one) => faultsOf(one, path));
    return [{ pointer: pointer(path), detail: 'has none of the shapes that are accepted here' }];
  }
  return [{ pointer: pointer(path), detail: issue.message }];
}

function unknown(path: PropertyKey[]): Fault {
  const credential = path[0] === 'query' && isCredential(String(path[1]));
  const detail = credential
    ? 'is a credential, and URLs are kept in logs and histories: send it in the Authorization header'
    : 'is not known here';
  return { pointer: pointer(path), detail };
}

const pointer = (path: PropertyKey[]) =>
  `#/${path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
