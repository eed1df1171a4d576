import type { IncomingHttpHeaders } from 'node:http';
import type { Response } from 'express';
import type { z } from 'zod';
import type { Caller } from './caller.js';
import type { AppErrorClass } from './problem-details.js';

/**
 * Who may call: anybody; a sender whose signature the handler verifies; who may hand in; who has at least that role (or a
 * token with the scope that goes with it); a person, of any role, and no token.
 */
export const ACCESS = ['public', 'signed', 'ingest', 'viewer', 'maintainer', 'admin', 'person'] as const;
export type Access = (typeof ACCESS)[number];

export const RATE_CLASSES = ['none', 'default', 'auth', 'ingest', 'read'] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

interface RequestSchemas {
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Names in lower case. */
  headers?: z.ZodObject;
  body?: z.ZodType;
}

/** A body that is not parsed before the handler has it, since a signature covers its bytes. */
export interface RawBody {
  rawBody: { contentTypes: readonly string[]; description: string };
}

type RequestDefinition = RequestSchemas | (Omit<RequestSchemas, 'body'> & RawBody);

/** JSON that is ready to send: built by PostgreSQL, or kept by the cache as the bytes that go out. */
export type ReadyAnswer = string | { body: Buffer; etag: string };

type ResponseDefinition =
  | { status: 200 | 201 | 202; schema: z.ZodType; description?: string }
  | { status: 200; schema: z.ZodType; ready: true; description?: string }
  | { status: 200; stream: 'text/event-stream'; schema: z.ZodType; description: string }
  | { status: 200; text: string; description?: string }
  | { status: 204 };

type Parsed<S> = {
  [Part in keyof S as Part extends keyof RequestSchemas ? Part : never]: S[Part] extends z.ZodType
    ? z.output<S[Part]>
    : never;
};

export interface RequestFacts {
  id: string;
  headers: IncomingHttpHeaders;
  remote: string;
  /** The body's bytes as they came (inflated); empty where there was none. */
  bytes: Buffer;
  /** Puts a header on the answer. */
  addHeader(name: string, value: string): void;
}

type Answer<R> = R extends { ready: true }
  ? ReadyAnswer
  : R extends { stream: string }
    ? void
    : R extends { schema: infer Z extends z.ZodType }
      ? z.input<Z>
      : R extends { text: string }
        ? string
        : void;

type HandlerInput<S, R, A> = Parsed<S> & { request: RequestFacts } & (A extends 'public' | 'signed'
    ? unknown
    : { caller: Caller }) &
  (R extends { stream: string } ? { response: Response } : unknown);

/** One HTTP operation: what it accepts, what it answers, and how. `mount` serves it, `openapi.ts` documents it. */
export interface EndpointDefinition<
  S extends RequestDefinition,
  R extends ResponseDefinition,
  A extends Access = Access,
> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI style, below the API's root: `/pipelines/{id}`. */
  path: `/${string}`;
  tag: string;
  summary: string;
  description?: string;
  access: A;
  /** Those without the access are told that there is nothing here, rather than that they may not. */
  concealed?: true;
  rate: RateClass;
  /**
   * What the audit log calls it, such as `source.created`; for whatever changes something. The target is what `params.id`
   * names, or else the answer's `id`. `none` for what changes nothing, or tells the audit log itself.
   */
  audit?: `${string}.${string}` | 'none';
  /** The id of the target where neither of them names it. */
  auditTarget?(caller: Caller): string;
  request: S;
  /** A body that is accepted, for the documentation. */
  example?: S extends { body: infer Z extends z.ZodType } ? z.input<Z> : unknown;
  /** 1 MiB where it is not said. Counted in inflated bytes. */
  maxBodyBytes?: number;
  response: R;
  errors: readonly AppErrorClass[];
  /** The path of what a 201 made, for its `Location` header. */
  location?(answer: Answer<R>): string;
  handle(input: HandlerInput<S, R, A>): Promise<Answer<R>>;
}

export interface Endpoint extends Omit<
  EndpointDefinition<RequestDefinition, ResponseDefinition>,
  'handle' | 'location' | 'request'
> {
  request: RequestSchemas & Partial<RawBody>;
  example?: unknown;
  location?(answer: unknown): string;
  handle(input: Record<string, unknown>): Promise<unknown>;
}

/** Infers the handler's input and output from the schemas. */
export function endpoint<const S extends RequestDefinition, const R extends ResponseDefinition, const A extends Access>(
  definition: EndpointDefinition<S, R, A>,
): Endpoint {
  return definition as unknown as Endpoint;
}
