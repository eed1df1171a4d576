/** The stack in containers: `up`, `monitoring` (only what watches), `logs [SERVICE]`, `down`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isInstalled, ROOT, runCommand } from './checks/command.js';
import { stackAddresses } from './stack/compose/addresses.js';
import { readEnvFile } from './stack/secrets/env-file.js';

const MONITORING = ['prometheus', 'alertmanager', 'blackbox', 'grafana'];
const LINES = '100';

const variables = { ...(await readEnvFile(join(ROOT, '.env'))), ...process.env };
const addresses = await stackAddresses(variables);
const [command = '', service] = process.argv.slice(2).filter((argument) => argument !== '');

const commands: Record<string, () => Promise<void>> = {
  async up() {
    await compose('up', '--detach', '--build', '--wait');
    console.log(`\nPitwall        ${addresses.pitwall}  (its certificate is signed by itself)`);
    const link = await setUpLink();
    if (link) console.log(`First Admin    ${link}  (once, while there are no users)`);
    showMonitoring();
  },
  async monitoring() {
    await compose('up', '--detach', '--wait', ...MONITORING);
    showMonitoring();
  },
  logs: () => compose('logs', '--follow', '--tail', LINES, ...(service ? [service] : [])),
  async down() {
    await compose('--profile', '*', 'down');
    console.log('The data is kept; `docker compose down --volumes` removes it too.');
  },
};

const run = commands[command];
if (!run) throw new Error(`Use ${Object.keys(commands).join(', ')}.`);
const missing = await missingEngine();
if (missing) {
  console.error(missing);
  process.exitCode = 1;
} else {
  await run();
}

/** Why there is no engine to run containers with, in a sentence. */
async function missingEngine(): Promise<string | undefined> {
  const install =
    'install Docker with Compose (https://docs.docker.com/engine/install/), or use `make dev`, which needs neither';
  if (!isInstalled('docker')) return `There is no container engine here: ${install}.`;
  const plugin = await runCommand('docker', ['compose', 'version']);
  if (plugin.code !== 0) return `This docker has no Compose: ${install}.`;
  const engine = await runCommand('docker', ['version', '--format', '{{.Server.Version}}']);
  if (engine.code !== 0) return `The container engine does not answer: ${engine.stderr.trim().split('\n').at(-1)}`;
  return undefined;
}

async function compose(...args: string[]): Promise<void> {
  // Also without .env, so that what runs can always be stopped and looked at.
  const env = { ...variables, PITWALL_SECRETS: addresses.secrets };
  const child = spawn('docker', ['compose', ...args], { cwd: ROOT, stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exit(code ?? 1);
}

/** What the last start logged for whoever is to be the first Admin. */
async function setUpLink(): Promise<string | undefined> {
  const environment = { PITWALL_SECRETS: addresses.secrets };
  const { stdout } = await runCommand('docker', ['compose', 'logs', '--no-log-prefix', 'backend'], { environment });
  return [...stdout.matchAll(/"link":"([^"]+\/setup#[\w-]+)"/g)].at(-1)?.[1];
}

function showMonitoring(): void {
  console.log(
    `Grafana        ${addresses.grafana}  (admin, with the password in ${addresses.secrets}/grafana_admin_password)`,
  );
  console.log(`Prometheus     ${addresses.prometheus}`);
  console.log(`Alertmanager   ${addresses.alertmanager}`);
}
