import type { z } from 'zod';
import { createDocument, createSchema, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import {
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  TooManyRequestsError,
  UnauthenticatedError,
} from '../errors.js';
import type { Access, Endpoint } from './endpoint.js';
import { problemDetailsSchema, problemFor } from './problem-details.js';

const PROBLEM = { 'application/problem+json': { schema: problemDetailsSchema } };

/** Endpoints below one root, such as `/api/v1`. */
export interface EndpointGroup {
  root: string;
  endpoints: Endpoint[];
  /** What a part of a body may be that no schema of an endpoint names; each has an id of its own. */
  schemas?: z.ZodType[];
}

/** OpenAPI 3.1, from the schemas that validate. */
export function openApiDocument(groups: EndpointGroup[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const { root, endpoints } of groups) {
    for (const endpoint of endpoints) {
      const path = `${root}${endpoint.path}`;
      paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint) };
    }
  }
  const tags = groups.flatMap(({ endpoints }) => endpoints.map(({ tag }) => tag));
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Pitwall',
      version,
      description: 'Watches software delivery: CI/CD systems tell it what happens, it keeps every event, and answers.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(tags)].map((name) => ({ name })),
    components: { securitySchemes: SECURITY_SCHEMES },
    paths,
  });
  const schemas = groups.flatMap((group) => group.schemas ?? []);
  for (const schema of schemas) {
    const { components } = createSchema(schema, { io: 'input' });
    document.components = { ...document.components, schemas: { ...document.components?.schemas, ...components } };
  }
  return document;
}

/** How a caller is known. The name of the cookie is that behind TLS. */
const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token (`pw_...`), or the access token of `POST /api/v1/auth/login`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-pitwall',
    description: "A browser's session. What changes something must come from a page of Pitwall's own.",
  },
} as const;

const needsCaller = ({ access }: Endpoint) => access !== 'public' && access !== 'signed';

export const ACCESS_TEXT: Record<Access, string> = {
  public: 'Open to anybody.',
  signed: "Verified by the sender's signature.",
  ingest: 'For tokens that may hand in, and for Maintainers and Admins.',
  viewer: 'For every signed-in person, and for tokens that may read.',
  maintainer: 'For Maintainers and Admins, and for tokens that may write.',
  admin: 'For Admins, and for their tokens of scope admin.',
  person: 'For every signed-in person; for no API token.',
};

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { method, path, tag, summary, description, access, rate, request, example, response, errors } = endpoint;
  const { params, query, headers, body, rawBody } = request;
  const content = body
    ? { 'application/json': { schema: body, ...(example !== undefined && { example }) } }
    : Object.fromEntries((rawBody?.contentTypes ?? []).map((type) => [type, { schema: { type: 'object' as const } }]));
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    description: [description, ACCESS_TEXT[access]].filter(Boolean).join('\n\n'),
    security: needsCaller(endpoint) ? [{ bearer: [] }, { session: [] }] : [],
    'x-access': access,
    'x-rate-class': rate,
    requestParams: { ...(params && { path: params }), ...(query && { query }), ...(headers && { header: headers }) },
    ...((body || rawBody) && {
      requestBody: { required: true, content, ...(rawBody && { description: rawBody.description }) },
    }),
    responses: {
      [String(response.status) as '200']: {
        description: ('description' in response && response.description) || summary,
        ...('schema' in response && {
          content: { ['stream' in response ? response.stream : 'application/json']: { schema: response.schema } },
        }),
        ...('text' in response && { content: { 'text/plain': { schema: { type: 'string' as const } } } }),
      },
      ...Object.fromEntries(problemsOf(endpoint, errors)),
    },
  };
}

function problemsOf(endpoint: Endpoint, errors: Endpoint['errors']) {
  const { request, rate, concealed } = endpoint;
  const known = [
    InvalidInputError,
    ...errors,
    ...(needsCaller(endpoint) ? [UnauthenticatedError, concealed ? NotFoundError : ForbiddenError] : []),
    ...(rate === 'none' ? [] : [TooManyRequestsError]),
  ];
  const statuses = new Map<string, string>();
  for (const { status, title } of known.map(problemFor)) statuses.set(String(status), title);
  if (request.body || request.rawBody) {
    statuses.set('413', 'The body is too large').set('415', 'The body is of a kind that is not understood');
  }
  return [...statuses].map(([status, description]) => [status, { description, content: PROBLEM }] as const);
}

/** `get /runs/{id}` becomes `getRunsById`. */
function operationId(method: string, path: string): string {
  const words = path.replace(/\{(\w+)\}/g, 'by-$1').split(/[^A-Za-z0-9]+/);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
