import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDataFolder } from '../../load/service/data-folder.js';
import { freePort, PitwallProcess } from '../../load/service/pitwall.js';
import { exampleDeliveries } from '../demo/examples.js';
import { sendDelivery } from '../demo/send-delivery.js';
import { demoSource } from '../demo/source.js';
import { mockHistory } from '../mock-data/history.js';
import { sendRecords, untilProjected } from '../mock-data/sender.js';
import { PitwallClient } from '../pitwall-client.js';
import { ROOT } from './command.js';

const RUNS = 300;
const SEED = 42;
const SOURCE_NAME = 'target';
const UNLIMITED = '999999999 per minute';

type Headers = Record<string, string>;

export interface Account {
  email: string;
  password: string;
}

/** A compiled Pitwall of its own, that may be attacked or broken. */
export interface Target {
  url: string;
  port: number;
  /** Its Admin. */
  admin: Account;
  /** What makes a request the Admin's. */
  headers: Headers;
  /** An API token that may do everything. */
  token: string;
  stop(): Promise<void>;
}

export interface TargetOptions {
  logFile: string;
  /** What it is started with beside, or instead of, what every target has. */
  environment?: Record<string, string>;
  /** The repository that was compiled, where it is another one. */
  checkout?: string;
  /** What it is filled with; some of everything where it is not said. */
  fill?(client: PitwallClient): Promise<unknown>;
}

export async function startTarget(options: TargetOptions): Promise<Target> {
  const { logFile, environment = {}, checkout = ROOT, fill = someOfEverything } = options;
  const data = await makeDataFolder('target');
  const port = await freePort();
  const admin = { email: 'target@example.com', password: randomBytes(18).toString('base64url') };
  const pitwall = await PitwallProcess.start({
    command: [join(checkout, 'backend/dist/main.js')],
    cwd: data.path,
    port,
    environment: {
      PITWALL_DATA_DIR: data.path,
      PITWALL_ADMIN_EMAIL: admin.email,
      PITWALL_ADMIN_PASSWORD: admin.password,
      // So that scanners and load reach the code behind the limits.
      ...{ RATE_LIMIT_DEFAULT: UNLIMITED, RATE_LIMIT_AUTH: UNLIMITED, RATE_LIMIT_INGEST: UNLIMITED },
      RATE_LIMIT_READ: UNLIMITED,
      ...environment,
    },
    logFile,
  });
  const stop = async () => {
    await pitwall.stop();
    await data.remove();
  };
  try {
    const url = `http://127.0.0.1:${port}`;
    const headers = await signIn(url, admin);
    // The token that the first start in development leaves for scripts.
    const token = (await readFile(join(data.path, 'token'), 'utf8')).trim();
    const client = new PitwallClient(url, token);
    await fill(client);
    await untilProjected(client, sleep, () => undefined);
    return { url, port, admin, headers, token, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As a browser would: by a session, whose cookie only counts in requests that come from Pitwall's own pages. */
async function signIn(url: string, { email, password }: Account): Promise<Headers> {
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, kind: 'session' }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (!answer.ok || cookie === undefined) throw new Error(`The Admin could not sign in: ${answer.status}.`);
  return { Cookie: String(cookie.split(';', 1)[0]), 'Sec-Fetch-Site': 'same-origin' };
}

async function someOfEverything(client: PitwallClient): Promise<void> {
  const { records } = mockHistory({ seed: SEED, until: Date.now(), runs: RUNS });
  await sendRecords(records(), client, { inFlight: 1, onSent: () => undefined });
  const source = await demoSource(client, SOURCE_NAME);
  for (const delivery of exampleDeliveries()) await sendDelivery(client, source, delivery);
}
