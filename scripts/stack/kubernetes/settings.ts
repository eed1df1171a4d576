import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadConfig, VARIABLES, type Config } from '../../../backend/src/config.js';
import { backends, environmentOf, type Render, type Workload } from './objects.js';
import type { Rule } from './rule.js';

/** What is read by Node itself. */
const OF_NODE = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS'];

const hex = () => randomBytes(32).toString('hex');

/** As secrets.example.yaml describes each. */
const SECRETS: Readonly<Record<string, string>> = {
  database_url: `postgresql://pitwall_app:${hex()}@postgres:5432/pitwall`,
  database_migration_url: `postgresql://pitwall:${hex()}@postgres:5432/pitwall`,
  redis_url: `redis://:${hex()}@redis:6379`,
  pitwall_secret_key: randomBytes(32).toString('base64'),
  metrics_token: hex(),
};

const eachBackend = (name: string, faultsOf: (workload: Workload, render: Render) => string[]): Rule => ({
  name,
  faults: (render) =>
    backends(render).flatMap((workload) => faultsOf(workload, render).map((fault) => `${workload.name}: ${fault}`)),
});

export const settingRules: readonly Rule[] = [
  eachBackend('every variable is a setting of the back end', (workload, render) =>
    Object.keys(environmentOf(render, workload)).filter(
      (name) => !OF_NODE.includes(name) && !VARIABLES.includes(name) && !VARIABLES.includes(name.replace(/_FILE$/, '')),
    ),
  ),
  eachBackend('the back end accepts its settings', (workload, render) => {
    const config = configOf(environmentOf(render, workload));
    return config instanceof ConfigurationError ? config.faults : [];
  }),
  eachBackend(
    'a process has the role it is named after, and the ports that its container declares',
    (workload, render) => {
      const config = configOf(environmentOf(render, workload));
      if (config instanceof ConfigurationError || workload.kind === 'Job') return [];
      const ports = Object.fromEntries((workload.container.ports ?? []).map((port) => [port.name, port.containerPort]));
      return [
        ...([...config.roles].join() === workload.name ? [] : [`its roles are ${[...config.roles].join()}`]),
        ...(config.http.port === ports.http ? [] : [`it listens on ${config.http.port}, not ${ports.http}`]),
        ...(config.metrics?.port === ports.metrics ? [] : [`its metrics are on ${config.metrics?.port}`]),
        ...(config.http.onLoopback ? ['it listens on loopback'] : []),
      ];
    },
  ),
  eachBackend(
    'it is production, behind proxies of a network that is not everybody, over TLS where it is public',
    (workload, render) => {
      const config = configOf(environmentOf(render, workload));
      if (config instanceof ConfigurationError) return [];
      const { trustProxy, publicUrl, forceHttps } = config.http;
      const networks = Array.isArray(trustProxy) ? trustProxy : [];
      const wide = networks.filter((network) => !/\/\d+$/.test(network) || Number(network.split('/')[1]) < 8);
      const secure = publicUrl.startsWith('https:') && forceHttps;
      return [
        ...(config.environment === 'production' ? [] : [`NODE_ENV is ${config.environment}`]),
        ...(networks.length === 0
          ? ['TRUST_PROXY is not set']
          : wide.map((network) => `TRUST_PROXY trusts ${network}`)),
        ...(secure || new URL(publicUrl).hostname === 'localhost' ? [] : [`${publicUrl} without TLS`]),
      ];
    },
  ),
  eachBackend('only the migration has the password of the owner', (workload, render) => {
    const owner = 'DATABASE_MIGRATION_URL_FILE' in environmentOf(render, workload);
    return owner === (workload.name === 'migrate') ? [] : [owner ? 'has it' : 'does not have it'];
  }),
];

/** What the real reader of the environment makes of it, with the files of secrets at hand. */
function configOf(environment: Record<string, string>): Config | ConfigurationError {
  const folder = mkdtempSync(join(tmpdir(), 'pitwall-secrets-'));
  try {
    const here = Object.entries(environment).map(([name, value]) => {
      const key = /^\/run\/secrets\/pitwall\/(\w+)$/.exec(value)?.[1];
      const secret = key === undefined ? undefined : SECRETS[key];
      if (key === undefined || secret === undefined) return [name, value];
      writeFileSync(join(folder, key), secret);
      return [name, join(folder, key)];
    });
    return loadConfig(Object.fromEntries(here) as NodeJS.ProcessEnv, false);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
