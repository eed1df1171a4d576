import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runPackage } from '../../checks/command.js';
import type { KubernetesObject } from './objects.js';

/** Inside the repository, so that the packages of the types are found. */
const FOLDER = join(ROOT, 'reports/kubernetes');

/** The packages that have the types of what is not Kubernetes' own, by API group. */
const PACKAGES: Readonly<Record<string, string>> = {
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

const OPTIONS = [
  ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--pretty', 'false'],
  ...['--target', 'es2024', '--module', 'nodenext', '--types', 'node'],
];

export interface TypeFaults {
  /** What the compiler says of each set, a line each. */
  faults: Map<string, string[]>;
}

/**
 * Writes each object as a literal of its kind's type and compiles it: TypeScript refuses the fields that a kind does not
 * have, and values of another type, as the API server does with `kubectl apply --validate=strict`.
 */
export async function typeFaults(
  sets: ReadonlyMap<string, readonly KubernetesObject[]>,
): Promise<TypeFaults['faults']> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const files = new Map<string, string>();
  for (const [name, objects] of sets) {
    const file = `reports/kubernetes/${name}.ts`;
    files.set(file, name);
    await writeFile(join(ROOT, file), objects.map(literal).join('\n'));
  }
  const { stdout, code } = await runPackage('tsc', '--ignoreConfig', ...OPTIONS, ...files.keys());
  const faults = new Map([...sets.keys()].map((name) => [name, [] as string[]]));
  for (const line of stdout.split('\n').filter((text) => /error TS/.test(text))) {
    const set = faults.get(files.get(line.split('(', 1)[0] ?? '') ?? '');
    if (!set) throw new Error(line);
    set.push(line);
  }
  if (code !== 0 && [...faults.values()].every((lines) => lines.length === 0)) throw new Error(stdout);
  return faults;
}

/** On lines of its own, so that each fault names its object by the number of the line: three for each. */
function literal(object: KubernetesObject, index: number): string {
  const { apiVersion, kind } = object;
  const [group = ''] = apiVersion.split('/');
  const module = `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}`;
  return `import type { I${kind} as K${index} } from '${module}';\nexport const o${index}: K${index} = ${JSON.stringify(object)};\n`;
}
