import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadConfig, VARIABLES } from '../../../backend/src/config.js';
import type { Verdict } from '../../checks/check.js';
import { unless } from './rule.js';
import { makeSecrets } from '../secrets/secret-files.js';
import { environmentOf } from './environment.js';
import { DEFAULT_VARIABLES } from './file.js';
import { readCompose, type ComposeModel } from './model.js';

/** The services that run Pitwall. */
const SERVICES = ['migrate', 'backend', 'tools'];

/** The service itself takes what the file sets, with the secrets that `make stack-secrets` makes. */
export async function checkConfiguration(): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-secrets-'));
  try {
    const made = await makeSecrets(folder);
    const again = await makeSecrets(folder);
    const model = await readCompose(DEFAULT_VARIABLES);
    const faults = SERVICES.flatMap((name) => faultsOf(model, name, folder));
    const details = [
      ...unless(again.length === 0, `the secrets ${again.join(', ')} were made twice`),
      ...(faults.length > 0 ? faults : backendFaults(model, folder)),
      // That it looks at all: without its secrets it must refuse.
      ...unless(faultsOf(model, 'backend', `${folder}/nowhere`).length > 0, 'the backend starts without its secrets'),
    ];
    const summary = `${SERVICES.join(', ')} by backend/src/config.ts, with ${made.length} secrets that were made for it`;
    return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function faultsOf(model: ComposeModel, name: string, folder: string): string[] {
  const environment = environmentOf(model, name, folder);
  const known = new Set(VARIABLES.flatMap((variable) => [variable, `${variable}_FILE`]));
  const unknown = Object.keys(environment).filter((variable) => !known.has(variable));
  try {
    loadConfig(environment, false);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [...error.faults, ...unknown.map((variable) => `${variable} is no setting`)].map(
      (fault) => `${name}: ${fault}`,
    );
  }
  return unknown.map((variable) => `${name}: ${variable} is no setting`);
}

function backendFaults(model: ComposeModel, folder: string): string[] {
  const environment = environmentOf(model, 'backend', folder);
  const { environment: mode, http, metrics, redis, database } = loadConfig(environment, false);
  return [
    ...unless(mode === 'production', 'backend: is not in production'),
    ...unless(http.forceHttps && http.publicUrl === 'https://localhost:8443', 'backend: is not under https'),
    ...unless(http.host === '0.0.0.0' && http.port === 8080, 'backend: does not listen where nginx asks'),
    ...unless(metrics?.port === 9464, 'backend: shows no figures at 9464'),
    ...unless(redis.url !== undefined, 'backend: has no Redis'),
    ...unless(database.migrationUrl === undefined, 'backend: could connect as the owner'),
  ];
}
