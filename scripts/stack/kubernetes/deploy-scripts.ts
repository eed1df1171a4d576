import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ISecret } from 'kubernetes-models/v1';
import { runCommand } from '../../checks/command.js';
import { nameOf, parseObjects, readObjects } from './objects.js';

/** Stands for kubectl: writes down what it is asked to do, and answers as the case says. The real one renders. */
const STUB = `#!/bin/sh
case "$1 $2" in
  'config current-context') echo "$STUB_CONTEXT"; exit ;;
  kustomize*) exec "$REAL_KUBECTL" "$@" ;;
esac
[ "$1 $2 $3 $4" = "--context $STUB_CONTEXT --namespace pitwall" ] || { echo "elsewhere: $*" >>"$STUB_LOG"; exit 1; }
shift 4
echo "$*" >>"$STUB_LOG"
case "$1 $2 $3" in
  'get secret '*) echo "$STUB_SECRETS"; [ "$STUB_SECRETS" != missing ] ;;
  'get job '*) echo "$STUB_JOB" ;;
  'create --filename -') cat >"$STUB_LOG.created" ;;
  'rollout status deployment') [ "$STUB_ROLLOUT" != stuck ] ;;
esac
`;

interface Case {
  name: string;
  /** The script and its argument. */
  command: readonly string[];
  /** What differs from a cluster of this machine on which all goes well. */
  environment?: Record<string, string>;
  /** Whether it ends with 0. */
  succeeds: boolean;
  /** A part of each thing that kubectl is asked to do, in this order; nothing else may be. */
  calls: readonly string[];
  /** A part of what it says. */
  says?: string;
}

const deploy = (overlay: string) => ['scripts/k8s-deploy.sh', overlay];
const makeSecrets = ['scripts/k8s-secrets.sh'];

const looks = ['get secret pitwall-backend', 'get secret pitwall-migrate'];
const configuration = 'notin (gateway, business, ingest, worker, frontend, migrate)';
const prepares = [configuration, 'rollout status statefulset'];
const migrates = ['delete job migrate', 'component=migrate', 'get job migrate', 'logs job/migrate'];
const rollsOut = ['apply --filename', 'rollout status deployment', 'get'];
const everything = [...looks, ...prepares, ...migrates, ...rollsOut];

const CASES: readonly Case[] = [
  { name: 'in order', command: deploy('alpha'), succeeds: true, calls: everything },
  {
    name: 'Secrets of a store are waited for',
    command: deploy('production'),
    succeeds: true,
    calls: [configuration, 'wait externalsecret', 'rollout status statefulset', ...migrates, ...rollsOut],
  },
  {
    name: 'elsewhere, unasked',
    command: deploy('alpha'),
    environment: { STUB_CONTEXT: 'prod' },
    ...{ succeeds: false, calls: [], says: 'CONFIRM=prod' },
  },
  {
    name: 'elsewhere, with the confirmation of another',
    command: deploy('alpha'),
    environment: { STUB_CONTEXT: 'prod', CONFIRM: 'staging' },
    ...{ succeeds: false, calls: [] },
  },
  {
    name: 'elsewhere, confirmed',
    command: deploy('alpha'),
    environment: { STUB_CONTEXT: 'prod', CONFIRM: 'prod' },
    ...{ succeeds: true, calls: everything },
  },
  { name: 'no such overlay', command: deploy('gamma'), succeeds: false, calls: [], says: 'alpha production' },
  {
    name: 'without Secrets nothing is applied',
    command: deploy('alpha'),
    environment: { STUB_SECRETS: 'missing' },
    ...{ succeeds: false, calls: looks.slice(0, 1), says: 'make k8s-secrets' },
  },
  {
    name: 'a migration that fails ends it before the rollout',
    command: deploy('alpha'),
    environment: { STUB_JOB: 'FailureTarget Failed' },
    ...{ succeeds: false, calls: [...looks, ...prepares, ...migrates], says: 'What serves was not touched' },
  },
  {
    name: 'a rollout that does not end is a failure',
    command: deploy('alpha'),
    environment: { STUB_ROLLOUT: 'stuck' },
    ...{ succeeds: false, calls: everything, says: 'rollout undo' },
  },
  { name: 'Secrets are made', command: makeSecrets, succeeds: true, calls: ['apply', 'get secret', 'create'] },
  {
    name: 'Secrets that are there are kept',
    command: makeSecrets,
    environment: { STUB_SECRETS: 'secret/pitwall-redis' },
    ...{ succeeds: true, calls: ['apply', 'get secret'], says: 'Kept' },
  },
  {
    name: 'Secrets are not made elsewhere',
    command: makeSecrets,
    environment: { STUB_CONTEXT: 'prod' },
    ...{ succeeds: false, calls: [] },
  },
];

/** Runs the scripts for deploying against a kubectl that reaches no cluster. */
export async function deployFaults(): Promise<{ cases: number; faults: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-kubectl-'));
  try {
    await writeFile(join(folder, 'kubectl'), STUB, { mode: 0o755 });
    const real = (await runCommand('sh', ['-c', 'command -v kubectl'])).stdout.trim();
    const faults: string[] = [];
    for (const [index, one] of CASES.entries()) {
      const log = join(folder, `log-${index}`);
      await writeFile(log, '');
      faults.push(...(await faultsOf(one, folder, { REAL_KUBECTL: real, STUB_LOG: log })));
      if (one.name === 'Secrets are made') faults.push(...(await madeSecretFaults(`${log}.created`)));
    }
    return { cases: CASES.length, faults };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function faultsOf(
  one: Case,
  folder: string,
  stub: { REAL_KUBECTL: string; STUB_LOG: string },
): Promise<string[]> {
  const well = {
    STUB_CONTEXT: 'kind-pitwall',
    STUB_SECRETS: '',
    STUB_JOB: 'SuccessCriteriaMet Complete',
    STUB_ROLLOUT: '',
  };
  const PATH = [folder, process.env.PATH].join(delimiter);
  const environment = { ...well, CONFIRM: '', POLL_SECONDS: '0', PATH, ...stub, ...one.environment };
  const { code, stdout, stderr } = await runCommand('sh', one.command, { environment, timeoutMs: 60_000 });
  const calls = (await readFile(stub.STUB_LOG, 'utf8')).split('\n').filter(Boolean);
  const asMeant = calls.length === one.calls.length && one.calls.every((part, index) => calls[index]?.includes(part));
  const faults: string[] = [];
  if ((code === 0) !== one.succeeds) faults.push(`${one.name}: ended with ${code}: ${stderr.trim()}`);
  if (!asMeant) faults.push(`${one.name}: asked kubectl to ${calls.join(' | ')}`);
  if (!`${stdout}${stderr}`.includes(one.says ?? '')) faults.push(`${one.name}: does not say ${one.says}`);
  return faults;
}

/** The Secrets are those of the example, with the keys it has, and the passwords of servers and clients are the same. */
async function madeSecretFaults(file: string): Promise<string[]> {
  const made = parseObjects(await readFile(file, 'utf8')) as ISecret[];
  const expected = (await readObjects('k8s/secrets.example.yaml')) as ISecret[];
  const keys = (secrets: ISecret[]) =>
    secrets.map((secret) => `${nameOf(secret)}: ${Object.keys(secret.stringData ?? {}).join()}`).join('; ');
  const values = Object.assign({}, ...made.map(({ stringData }) => stringData)) as Record<string, string>;
  const passwordIn = (key: string) => new URL(values[key] ?? 'about:blank').password;
  const faults = keys(made) === keys(expected) ? [] : [`made ${keys(made)}, not ${keys(expected)}`];
  for (const [url, password] of [
    ['database_url', 'postgres_app_password'],
    ['database_migration_url', 'postgres_owner_password'],
    ['redis_url', 'redis_password'],
  ] as const) {
    if (passwordIn(url) !== values[password] || !/^[0-9a-f]{64}$/.test(passwordIn(url)))
      faults.push(`${url} has another password than ${password}`);
  }
  return faults;
}
