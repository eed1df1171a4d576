import type { Endpoint } from './endpoint.js';
import type { EndpointGroup } from './openapi.js';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: { default?: unknown };
}

interface Document {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, { parameters?: Parameter[] }>>;
}

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** A Postman collection (format 2.1) of the same endpoints, a folder per tag, with the examples that they document. */
export function postmanCollection(groups: EndpointGroup[], document: object) {
  const { info, paths = {} } = document as Document;
  const folders = new Map<string, unknown[]>();
  for (const { root, endpoints } of groups) {
    for (const endpoint of endpoints) {
      const path = `${root}${endpoint.path}`;
      const folder = folders.get(endpoint.tag) ?? [];
      folder.push(request(endpoint, path, paths[path]?.[endpoint.method]?.parameters ?? []));
      folders.set(endpoint.tag, folder);
    }
  }
  return {
    info: { name: info.title, version: info.version, schema: SCHEMA },
    variable: [
      { key: 'baseUrl', value: 'http://localhost:8000' },
      { key: 'token', value: '' },
    ],
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    item: [...folders].map(([name, item]) => ({ name, item })),
  };
}

function request(
  { method, summary, description, request: { body, rawBody }, example }: Endpoint,
  path: string,
  parameters: Parameter[],
) {
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const segments = path.split('/').slice(1);
  const postmanPath = segments.map((segment) => segment.replace(/^\{(\w+)\}$/, ':$1'));
  const query = of('query').map((parameter) => ({ ...entry(parameter), disabled: true }));
  const headers = of('header').map((parameter) => ({ ...entry(parameter), disabled: !parameter.required }));
  const json = body || rawBody ? [{ key: 'Content-Type', value: 'application/json' }] : [];
  return {
    name: summary,
    request: {
      method: method.toUpperCase(),
      ...(description && { description }),
      header: [...json, ...headers],
      url: {
        raw: `{{baseUrl}}/${postmanPath.join('/')}`,
        host: ['{{baseUrl}}'],
        path: postmanPath,
        ...(query.length > 0 && { query }),
        ...(of('path').length > 0 && { variable: of('path').map(entry) }),
      },
      ...((body || rawBody) && {
        body: {
          mode: 'raw',
          raw: JSON.stringify(example ?? {}, null, 2),
          options: { raw: { language: 'json' } },
        },
      }),
    },
  };
}

const entry = ({ name, description, schema }: Parameter) => ({
  key: name,
  value: String(schema?.default ?? ''),
  ...(description && { description }),
});
