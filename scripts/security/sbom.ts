import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { ROOT, runCommand } from '../checks/command.js';

const FILE = 'reports/sbom.cdx.json';
/** By the lock file, so that it does not depend on what is installed here. */
const COMMAND = [
  'sbom',
  '--sbom-format',
  'cyclonedx',
  '--sbom-type',
  'application',
  '--package-lock-only',
  '--omit',
  'dev',
];

/** Writes down what the service is made of, in CycloneDX (https://cyclonedx.org/docs/1.5/json/). */
export async function writeSbom(): Promise<Verdict> {
  const { code, stdout, stderr } = await runCommand('npm', COMMAND);
  if (code !== 0) throw new Error(`npm sbom ended with ${code}: ${stderr.trim()}`);
  const components = countComponents(stdout);
  await mkdir(dirname(join(ROOT, FILE)), { recursive: true });
  await writeFile(join(ROOT, FILE), stdout);
  return { outcome: 'passed', summary: `${components} production components in ${FILE}` };
}

/** Throws unless it is a CycloneDX document whose components each have a name and a version. */
export function countComponents(text: string): number {
  const { bomFormat, components } = JSON.parse(text) as { bomFormat?: unknown; components?: unknown };
  if (bomFormat !== 'CycloneDX') throw new Error('What npm sbom wrote is not CycloneDX.');
  if (!Array.isArray(components) || components.length === 0) throw new Error('The SBOM names no components.');
  for (const { name, version } of components as { name?: unknown; version?: unknown }[]) {
    if (!name || !version) throw new Error(`The SBOM has a component without a name or version: ${String(name)}.`);
  }
  return components.length;
}
