import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs the service, restarts it when the back end changes, and builds the front end anew when that does. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const QUIET_MS = 150;

let service: ChildProcess | undefined;
/** The one that was told to stop; whoever is impatient kills it. */
let stoppingService: ChildProcess | undefined;
let stopping = false;

function startService(): void {
  service = spawn(process.execPath, ['--import', 'tsx', 'backend/src/main.ts'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { LOG_FORMAT: 'pretty', ...process.env },
    // A group of its own: Ctrl-C goes to a whole group, and a second signal makes the service drop everything.
    detached: true,
  });
  const started = service;
  started.once('exit', (code) => {
    if (stopping || started !== service) return;
    service = undefined;
    console.log(`The service ended with code ${code}. It is started again on the next change.`);
  });
}

async function stopService(): Promise<void> {
  const running = service;
  service = undefined;
  if (!running || running.exitCode !== null) return;
  stoppingService = running;
  running.kill('SIGTERM');
  await once(running, 'exit');
}

async function run(command: string, args: string[]): Promise<boolean> {
  const [code] = await once(spawn(command, args, { cwd: ROOT, stdio: 'inherit' }), 'exit');
  return code === 0;
}

/** Calls `react` once things have been quiet for a moment; never twice at a time. */
function onChange(folder: string, matters: (file: string) => boolean, react: () => Promise<unknown>): void {
  let timer: NodeJS.Timeout | undefined;
  let reacting = Promise.resolve();
  watch(`${ROOT}/${folder}`, { recursive: true }, (_event, file) => {
    if (!file || !matters(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      reacting = reacting.then(async () => {
        console.log(`Changed: ${folder}/${file}`);
        await react();
      });
    }, QUIET_MS);
  });
}

async function stop(): Promise<void> {
  if (stopping) return void stoppingService?.kill('SIGKILL');
  stopping = true;
  await stopService();
  process.exit(0);
}

process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
process.on('SIGHUP', () => void stop());

onChange(
  'backend/src',
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  async () => {
    await stopService();
    startService();
  },
);
onChange(
  'backend/prisma',
  (file) => file.endsWith('.prisma'),
  () => run('make', ['install']),
);
onChange(
  'frontend/src',
  () => true,
  () => run('make', ['frontend/build/index.html']),
);
startService();
