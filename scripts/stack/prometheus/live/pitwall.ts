import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataFolder } from '../../../../load/service/data-folder.js';
import { freePortPair, PitwallProcess } from '../../../../load/service/pitwall.js';
import { ROOT } from '../../../checks/command.js';

/** A compiled Pitwall of its own, of which each part can be made to fail, and mended. */
export interface BreakablePitwall {
  url: URL;
  metricsPort: number;
  /** PostgreSQL answers nobody any more, and holds its connections, as a disk that hangs would make it. */
  freezeDatabase(): Promise<void>;
  thawDatabase(): Promise<void>;
  /** The process ends in order, and its database with it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startBreakablePitwall(metricsToken: string, logFile: string): Promise<BreakablePitwall> {
  const data = await makeDataFolder('alerts');
  const [port, metricsPort] = await freePortPair();
  const start = () =>
    PitwallProcess.start({
      command: [join(ROOT, 'backend/dist/main.js')],
      cwd: data.path,
      port,
      environment: {
        PITWALL_DATA_DIR: data.path,
        METRICS_PORT: String(metricsPort),
        METRICS_TOKEN: metricsToken,
      },
      logFile,
    });
  let pitwall = await start();
  const signalDatabase = async (signal: NodeJS.Signals) => {
    for (const pid of await databaseProcesses(data.path)) process.kill(pid, signal);
  };
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    metricsPort,
    freezeDatabase: () => signalDatabase('SIGSTOP'),
    thawDatabase: () => signalDatabase('SIGCONT'),
    stop: () => pitwall.stop(),
    async start() {
      pitwall = await start();
    },
    async remove() {
      // One that is frozen could not be stopped.
      if (!pitwall.ended) await signalDatabase('SIGCONT').catch(() => undefined);
      await pitwall.stop();
      await data.remove();
    },
  };
}

/** The server and the processes of its connections. */
async function databaseProcesses(dataDir: string): Promise<number[]> {
  const location = join(dataDir, 'postgres.location');
  const folder = existsSync(location) ? (await readFile(location, 'utf8')).trim() : dataDir;
  const [pid = ''] = (await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [pid, ...children.split(' ')].filter((text) => text.trim() !== '').map(Number);
}
