import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { type ErrorRequestHandler } from 'express';
import fc from 'fast-check';
import { forceHttps } from './https.js';
import { toProblem } from './problem-details.js';

const PUBLIC = 'https://ci.example.com';

async function serve(trustProxy: string[] | false): Promise<Server> {
  const app = express();
  app.set('trust proxy', trustProxy);
  app.use(forceHttps(PUBLIC), (_req, res) => void res.send('served'));
  const answerError: ErrorRequestHandler = (error, _req, res, next) => {
    const { problem } = toProblem(error);
    if (res.headersSent) next(error);
    else res.status(problem.status).json(problem);
  };
  app.use(answerError);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

let behindProxy: Server;
let alone: Server;
beforeAll(async () => {
  behindProxy = await serve(['127.0.0.1']);
  alone = await serve(['10.0.0.1']);
});
afterAll(() => [behindProxy, alone].forEach((server) => server.close()));

async function ask(server: Server, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  const { port } = server.address() as AddressInfo;
  const asked = request({ port, host: '127.0.0.1', path, agent: false, ...options }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode, location: answer.headers.location, text };
}

const viaHttps = { headers: { 'X-Forwarded-Proto': 'https' } };

describe('where https is forced', () => {
  it('serves what the proxy had by https', async () => {
    expect(await ask(behindProxy, '/runs', viaHttps)).toMatchObject({ status: 200, text: 'served' });
  });

  it('sends who reads by http to the public address', async () => {
    for (const method of ['GET', 'HEAD']) {
      expect(await ask(behindProxy, '/runs?branch=main&x=%0d%0aX-A:1', { method })).toMatchObject({
        ...{ status: 308, location: `${PUBLIC}/runs?branch=main&x=%0d%0aX-A:1` },
      });
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s by http, and says where to', async (method) => {
    const { status, text, location } = await ask(behindProxy, '/api/v1/hooks/github', { method });

    expect({ status, location }).toEqual({ status: 403, location: undefined });
    expect(text).toContain(`over https alone: send this to ${PUBLIC}`);
  });

  it('SEC22 takes the word of nobody but the proxies for it', async () => {
    for (const headers of [
      { 'X-Forwarded-Proto': 'https' },
      { Forwarded: 'proto=https' },
      { 'X-Forwarded-Ssl': 'on', 'X-Url-Scheme': 'https', 'Front-End-Https': 'on' },
    ]) {
      expect(await ask(alone, '/runs', { headers })).toMatchObject({ status: 308 });
    }
    expect(await ask(behindProxy, '/runs', { headers: { Forwarded: 'proto=https' } })).toMatchObject({ status: 308 });
  });

  it.each(['/health', '/healthz', '/health/live', '/health/ready'])('leaves %s to probes', async (path) => {
    expect(await ask(behindProxy, path)).toMatchObject({ status: 200 });
  });

  it.each(['/healthy', '/api/health', '//health'])('leaves %s to nobody', async (path) => {
    expect(await ask(behindProxy, path)).toMatchObject({ status: 308 });
  });

  it('SEC22 never leads away, whatever was asked for and by whatever host', async () => {
    const target = fc.stringMatching(/^[!-~]{0,40}$/).map((text) => text.replaceAll('#', ''));
    const paths = fc.oneof(
      target.map((text) => `/${text}`),
      target.map((text) => `http://evil.example/${text}`),
      fc.constantFrom('//evil.example/', '/\\evil.example', '/@evil.example', 'http://evil.example', '/.evil.example'),
    );
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Prefix': '//evil' };
        const { status, location } = await ask(behindProxy, path, { headers });

        if (status === 200) return expect(path).toMatch(/health/);
        expect({ path, status }).toEqual({ path, status: 308 });
        expect(new URL(String(location)).origin).toBe(PUBLIC);
      }),
    );
  });
});
