import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../../backend/src/database/embedded-postgres.js';
import { migrateAndGrant } from '../../../backend/src/database/open-database.js';
import { makeDataFolder } from '../../../load/service/data-folder.js';
import { freePort, PitwallProcess } from '../../../load/service/pitwall.js';
import { ROOT } from '../../checks/command.js';
import type { Account } from '../../checks/target.js';
import { call, type Answer, type Call, type Place } from './client.js';
import { Edge, freeEdgePorts, type AccessLine } from './edge.js';

const SOURCE = 'edge';
/** The access log is written every 100 ms. */
const LOG_DELAY_MS = 250;

export type ServiceLine = Pick<AccessLine, 'requestId' | 'path' | 'status' | 'remote'>;

/** Processes of a compiled Pitwall as production runs them, over one PostgreSQL, behind the edge. */
export class Stage {
  private constructor(
    readonly edge: Edge,
    readonly services: PitwallProcess[],
    readonly admin: Account,
    private readonly logFile: string,
    private readonly close: () => Promise<void>,
  ) {}

  token = '';
  /** The Admin's session, as a browser holds it. */
  cookie = '';
  private secret = '';

  /** @param settings of each process, beside those of production */
  static async start({ processes = 1, settings = {} }: { processes?: number; settings?: Record<string, string> } = {}) {
    const closers: (() => Promise<void>)[] = [];
    const close = async () => {
      for (const closer of closers.reverse()) await closer();
    };
    try {
      const folder = await makeDataFolder('edge');
      closers.push(() => folder.remove());
      const postgres = await startEmbeddedPostgres({ dataDir: folder.path });
      closers.push(() => postgres.stop());
      await migrateAndGrant({ url: postgres.applicationUrl, ownerUrl: postgres.url });

      const ports = await freeEdgePorts();
      const admin = { email: 'edge@example.com', password: randomBytes(18).toString('base64url') };
      const logFile = join(folder.path, 'pitwall.log');
      const environment = {
        NODE_ENV: 'production',
        DATABASE_URL: postgres.applicationUrl,
        PITWALL_SECRET_KEY: randomBytes(32).toString('base64'),
        PITWALL_DATA_DIR: folder.path,
        PITWALL_ADMIN_EMAIL: admin.email,
        PITWALL_ADMIN_PASSWORD: admin.password,
        PUBLIC_URL: `https://localhost:${ports.tls}`,
        FORCE_HTTPS: 'true',
        TRUST_PROXY: '127.0.0.1',
        ...settings,
      };
      const command = [join(ROOT, 'backend/dist/main.js')];
      const services: PitwallProcess[] = [];
      for (let index = 0; index < processes; index++) {
        const service = await PitwallProcess.start({
          command,
          cwd: folder.path,
          port: await freePort(),
          environment,
          logFile,
        });
        closers.push(() => service.stop());
        services.push(service);
      }
      const backend = services.map(({ port }) => port);
      // The service has the front end's files, too: what the front end's own image does is proven with that image.
      const edge = await Edge.start({ backend, frontend: backend }, ports);
      closers.push(() => edge.stop());
      const stage = new Stage(edge, services, admin, logFile, close);
      await stage.furnish();
      return stage;
    } catch (error) {
      await close();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.close();
  }

  get url(): string {
    return `https://localhost:${this.edge.ports.tls}`;
  }

  get place(): Place {
    return { port: this.edge.ports.tls, authority: this.edge.authority };
  }

  call(options: Call): Promise<Answer> {
    return call(this.place, options);
  }

  /** As the Admin. */
  callAsAdmin({ headers = {}, ...options }: Call): Promise<Answer> {
    return this.call({ ...options, headers: { Authorization: `Bearer ${this.token}`, ...headers } });
  }

  /** A webhook as GitHub signs it. */
  delivery(body: Buffer | string, event = 'ping'): Call & { body: Buffer | string; headers: Record<string, string> } {
    const signature = createHmac('sha256', this.secret).update(body).digest('hex');
    const headers = {
      'Content-Type': 'application/json',
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': randomUUID(),
      'X-Hub-Signature-256': `sha256=${signature}`,
    };
    return { method: 'POST', path: `/api/v1/hooks/${SOURCE}`, headers, body };
  }

  /** What the service saw and told of, by its access log. */
  async serviceLog(): Promise<ServiceLine[]> {
    await sleep(LOG_DELAY_MS);
    const lines = (await readFile(this.logFile, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"message":"request"'));
    return lines.map((line) => JSON.parse(line) as ServiceLine);
  }

  private async furnish(): Promise<void> {
    const { email, password } = this.admin;
    const login = (kind: string) => this.post('/auth/login', { email, password, kind });
    const { body: tokens } = await login('token');
    const authorization = `Bearer ${tokens.accessToken}`;
    const { body: made } = await this.post('/tokens', { name: 'edge', scopes: ['admin'] }, { authorization });
    this.token = String(made.token);
    const { answer } = await login('session');
    this.cookie = String(answer.headers['set-cookie']?.[0]?.split(';')[0]);
    this.secret = randomBytes(24).toString('base64url');
    await this.post('/sources', { name: SOURCE, kind: 'github', secret: this.secret }, { authorization });
  }

  private async post(path: string, body: object, headers: Record<string, string> = {}) {
    const sent = { 'Content-Type': 'application/json', ...headers };
    const answer = await this.call({
      method: 'POST',
      path: `/api/v1${path}`,
      headers: sent,
      body: JSON.stringify(body),
    });
    const text = answer.body.toString();
    if (answer.status >= 300) throw new Error(`POST ${path} was answered ${answer.status}: ${text}`);
    return { answer, body: JSON.parse(text) as Record<string, unknown> };
  }
}
