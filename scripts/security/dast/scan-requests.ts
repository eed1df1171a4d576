import { isStream, type ApiDocument, type Operation, type Parameter } from './api-document.js';

/** A request with one place that a scanner is to put something into; in a body, every value is one. */
export interface ScanRequest {
  method: 'GET' | 'POST';
  /** As OpenAPI writes it: `/api/v1/runs/{id}`. */
  route: string;
  /** Path and query; `*` stands behind what is to be changed in a path. */
  path: string;
  body?: string;
}

/** Answers the JSON of a path; undefined where there is none. */
export type Fetch = (path: string) => Promise<unknown>;

/** Bodies that matter most: who may be anybody, and what is kept as it came. */
const BODIES = ['/api/v1/auth/login', '/api/v1/ingest', '/api/v1/ingest/batch'];
const NO_ID = '00000000-0000-4000-8000-000000000000';

/** Values that rows have, by the names of parameters: where nothing is found, an injection has nothing to show. */
export type Samples = Record<string, string>;

/** One request for each parameter of each GET endpoint, and one for each of the bodies. */
export async function scanRequests(
  { paths }: ApiDocument,
  samples: Samples,
  bodies: Record<string, unknown>,
  fetchJson: Fetch,
): Promise<ScanRequest[]> {
  const requests: ScanRequest[] = [];
  for (const [route, operations] of Object.entries(paths)) {
    const { get, post } = operations;
    if (get && !isStream(get)) requests.push(...(await getRequests(route, get, samples, fetchJson)));
    if (post && BODIES.includes(route)) {
      const body = bodies[route] ?? post.requestBody?.content['application/json']?.example;
      requests.push({ method: 'POST', route, path: route, body: JSON.stringify(body) });
    }
  }
  return requests;
}

async function getRequests(route: string, { parameters = [] }: Operation, samples: Samples, fetchJson: Fetch) {
  const requests: ScanRequest[] = [];
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  if (inPath.length > 0) {
    const id = await idFor(route, fetchJson);
    const path = route.replace(/\{\w+\}/g, `${id}*`);
    requests.push({ method: 'GET', route, path });
  }
  for (const parameter of parameters.filter((one) => one.in === 'query')) {
    const value = parameter.name === 'cursor' ? await cursorOf(route, fetchJson) : sampleOf(parameter, samples);
    const path = `${route.replace(/\{\w+\}/g, NO_ID)}?${new URLSearchParams({ [parameter.name]: value })}`;
    requests.push({ method: 'GET', route, path });
  }
  return requests;
}

/** The id of a row that is there, from the list that the path goes down from. */
async function idFor(route: string, fetchJson: Fetch): Promise<string> {
  const page = (await fetchJson(`${route.slice(0, route.indexOf('/{'))}?limit=1`)) as { items?: { id?: string }[] };
  return page?.items?.[0]?.id ?? NO_ID;
}

async function cursorOf(route: string, fetchJson: Fetch): Promise<string> {
  const page = (await fetchJson(`${route}?limit=1`)) as { nextCursor?: string | null };
  return page?.nextCursor ?? 'none';
}

function sampleOf({ name, schema = {} }: Parameter, samples: Samples): string {
  if (samples[name] !== undefined) return samples[name];
  if (schema.enum?.[0] !== undefined) return String(schema.enum[0]);
  if (schema.default !== undefined) return String(schema.default);
  if (schema.type === 'boolean') return 'false';
  if (schema.type === 'integer' || schema.type === 'number') return '1';
  return schema.format === 'uuid' ? NO_ID : 'a';
}

/** What the rows that are there have. */
export async function readSamples(fetchJson: Fetch): Promise<Samples> {
  const first = async (list: string) => {
    const page = (await fetchJson(`/api/v1/${list}?limit=1`)) as { items?: Record<string, unknown>[] } | undefined;
    return page?.items?.[0] ?? {};
  };
  const nameIn = (value: unknown, field: string) => (value as Record<string, unknown> | null)?.[field];
  const [run, job, deployment, user] = [
    await first('runs'),
    await first('jobs'),
    await first('deployments'),
    await first('users'),
  ];
  const found: Record<string, unknown> = {
    pipeline: nameIn(run.pipeline, 'id'),
    repository: nameIn(run.repository, 'fullName'),
    branch: run.branch,
    status: run.status,
    run: run.id,
    runnerLabel: nameIn(job.runnerLabels, '0'),
    service: nameIn(deployment.service, 'name'),
    environment: nameIn(deployment.environment, 'name'),
    actorId: user.id,
    from: '2000-01-01T00:00:00Z',
    to: '2100-01-01T00:00:00Z',
  };
  return Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (value ? [[name, String(value)]] : [])));
}
