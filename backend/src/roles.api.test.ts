import { describe, expect, it } from '@jest/globals';
import { PROCESS_ROLES, type ProcessRole } from './config.js';
import { startApi } from '../test/start-api.js';

/** An address of each role. */
const ADDRESSES: Record<Exclude<ProcessRole, 'worker'>, string[]> = {
  gateway: ['GET /api/v1/runs', 'GET /api/v1/live', 'GET /api/v1/info', 'GET /api/openapi.json', 'GET /api/docs/'],
  business: ['POST /api/v1/validate/user'],
  ingest: [
    'POST /api/v1/hooks/acme',
    'POST /api/v1/ingest',
    'GET /api/v1/ingest/stats',
    'GET /api/v1/ingest/quarantine',
  ],
};
const EVERYWHERE = ['GET /health', 'GET /health/live', 'GET /health/ready', 'GET /healthz', 'GET /metrics'];

const others = { DATABASE_URL: 'postgresql://elsewhere', PITWALL_SECRET_KEY: '', REDIS_URL: 'redis://elsewhere' };

describe.each([...PROCESS_ROLES])('a process that is %s alone', (role) => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');
  const { fetch } = startApi({ env: { ...others, PITWALL_SECRET_KEY: key, PITWALL_ROLES: role } });

  const statusOf = async (address: string) => {
    const [method = '', path = ''] = address.split(' ');
    const abort = new AbortController();
    const { status } = await fetch(path, { method, signal: abort.signal });
    abort.abort();
    return status;
  };

  it('answers for that role', async () => {
    for (const address of role === 'worker' ? [] : ADDRESSES[role]) {
      expect({ address, status: await statusOf(address) }).not.toMatchObject({ status: 404 });
    }
  });

  it('answers for its health', async () => {
    for (const address of EVERYWHERE)
      expect({ address, status: await statusOf(address) }).toMatchObject({ status: 200 });
  });

  it('has nothing of the others', async () => {
    for (const [other, addresses] of Object.entries(ADDRESSES)) {
      if (other === role) continue;
      for (const address of addresses)
        expect({ address, status: await statusOf(address) }).toMatchObject({ status: 404 });
    }
  });
});
