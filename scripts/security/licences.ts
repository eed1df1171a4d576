import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../checks/check.js';
import { ROOT, runPackage } from '../checks/command.js';
import { productionPackages, type LockFile } from './production-packages.js';

export interface LicencePolicy {
  /** SPDX identifiers. */
  allowed: string[];
  /** Packages that may have another one, by name, and why. */
  exceptions: Record<string, string>;
}

/** What license-checker writes, by `name@version`; an asterisk marks a licence that it guessed from a file. */
type LicenceReport = Record<string, { licenses?: string | string[] }>;

/** Holds the licence of whatever the service or its pages are made of against `licences.json`. */
export async function checkLicences(): Promise<Verdict> {
  const readJson = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8')) as unknown;
  const lock = (await readJson('package-lock.json')) as LockFile;
  const policy = (await readJson('scripts/security/licences.json')) as LicencePolicy;
  const { code, stdout, stderr } = await runPackage(
    'license-checker-rseidelsohn',
    '--json',
    '--excludePrivatePackages',
  );
  if (code !== 0) throw new Error(`license-checker ended with ${code}: ${stderr.trim()}`);
  return licencesVerdict(JSON.parse(stdout) as LicenceReport, await productionPackages(lock), policy);
}

/** Packages that the lock file has for other platforms are not installed, and so not looked at. */
export function licencesVerdict(report: LicenceReport, production: Set<string>, policy: LicencePolicy): Verdict {
  const looked = Object.entries(report).filter(([id]) => production.has(id));
  if (looked.length === 0) throw new Error('license-checker found none of the production packages.');
  const names = new Set(looked.map(([id]) => nameOf(id)));
  const refused = looked.filter(
    ([id, { licenses }]) => !Object.hasOwn(policy.exceptions, nameOf(id)) && !isAllowed(licenses, policy.allowed),
  );
  const stale = Object.keys(policy.exceptions).filter((name) => !names.has(name));
  return {
    outcome: refused.length + stale.length > 0 ? 'failed' : 'passed',
    summary: `${looked.length} packages, ${refused.length} refused, ${Object.keys(policy.exceptions).length} by exception`,
    details: [
      ...refused.map(([id, { licenses }]) => `${id}: ${String(licenses ?? 'UNKNOWN')} is not allowed`),
      ...stale.map((name) => `${name}: is no production package, and needs no exception`),
    ],
  };
}

const nameOf = (id: string) => id.slice(0, id.lastIndexOf('@'));

/** Whether an SPDX expression can be met with what is allowed. One that mixes AND with OR is refused: nobody here reads it. */
export function isAllowed(licences: string | string[] | undefined, allowed: readonly string[]): boolean {
  if (licences === undefined || licences.length === 0) return false;
  if (Array.isArray(licences)) return licences.every((licence) => isAllowed(licence, allowed));
  const expression = licences.replace(/^\((.*)\)$/, '$1');
  const isListed = (licence: string) => allowed.includes(licence.trim());
  const [all, any] = [expression.split(/ and /i), expression.split(/ or /i)];
  if (all.length > 1 && any.length > 1) return false;
  return any.length > 1 ? any.some(isListed) : all.every(isListed);
}
