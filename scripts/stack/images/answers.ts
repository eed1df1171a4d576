import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** What says who served it and when, and what is only a name for the bytes. */
const OF_THE_SERVER = new Set([
  ...['date', 'connection', 'keep-alive', 'server', 'x-request-id', 'transfer-encoding'],
  ...['etag', 'last-modified', 'accept-ranges', 'content-length', 'content-encoding', 'content-range'],
]);

/** As it is written: fetch would tidy up the path and refuse TRACE. */
export function ask(base: string, { method = 'GET', path, headers = {} }: Asked): Promise<Answer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: { host: 'localhost', ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** What a caller can tell of an answer, whoever served it. */
export function told({ status, headers, body }: Answer): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_SERVER.has(name));
  return {
    status: String(status),
    ...Object.fromEntries(kept.map(([name, value]) => [name, name === 'vary' ? withoutEncoding(value) : value])),
    ...(headers['content-type']?.includes('problem+json')
      ? problem(body)
      : { body: plain(headers, body).toString('base64') }),
  };
}

/** The differences between two answers, a line each. Of `standing` headers, which every page has, more may be said. */
export function differences(
  expected: Record<string, string>,
  found: Record<string, string>,
  standing: Record<string, string> = {},
): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names]
    .filter((name) => (expected[name] ?? '') !== (found[name] ?? ''))
    .filter((name) => name in expected || found[name] !== standing[name])
    .map((name) => `${name}: ${short(found[name])}, and not ${short(expected[name])}`);
}

/** Files that were compressed beforehand say so in Vary, which the service does not need to. */
const withoutEncoding = (vary: string) =>
  vary
    .split(/,\s*/)
    .filter((name) => name.toLowerCase() !== 'accept-encoding')
    .join(', ');

const plain = (headers: Record<string, string>, body: Buffer) =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;

/** But for the words about this request and its id. To HEAD, nothing. */
function problem(body: Buffer): Record<string, string> {
  if (body.length === 0) return {};
  const { type, title, status } = JSON.parse(body.toString()) as Record<string, unknown>;
  return { problem: JSON.stringify({ type, title, status }) };
}

function short(value: string | undefined): string {
  if (value === undefined || value === '') return 'nothing';
  return value.length > 120 ? `${value.slice(0, 117)}...` : value;
}
