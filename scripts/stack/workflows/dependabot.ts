import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';

const FILE = '.github/dependabot.yml';
const COOLDOWN_DAYS = 7;

/** The options that are used, and where each may stand: https://docs.github.com/en/code-security/reference/supply-chain-security/dependabot-options-reference. */
const OPTIONS = {
  update: [
    ...['package-ecosystem', 'directory', 'directories', 'schedule', 'cooldown', 'groups'],
    ...['open-pull-requests-limit', 'versioning-strategy', 'ignore', 'labels'],
  ],
  schedule: ['interval', 'day', 'time', 'timezone'],
  cooldown: ['default-days', 'semver-major-days', 'semver-minor-days', 'semver-patch-days', 'include', 'exclude'],
  group: ['applies-to', 'dependency-type', 'patterns', 'exclude-patterns', 'update-types'],
};

/** What holds the versions of each ecosystem, in the folder that is named. */
const MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  npm: ['package.json'],
  'github-actions': ['.github/workflows', 'action.yml'],
  docker: ['Dockerfile', 'kustomization.yaml'],
  'docker-compose': ['docker-compose.yml'],
};

interface Update {
  'package-ecosystem': string;
  directory?: string;
  directories?: string[];
  schedule?: Record<string, unknown>;
  cooldown?: Record<string, unknown>;
  groups?: Record<string, Record<string, unknown>>;
}

export async function checkDependabot(): Promise<Verdict> {
  const text = await readFile(join(ROOT, FILE), 'utf8');
  const broken: readonly (readonly [string, string])[] = [
    ['default-days: 7', 'default-days: 1'],
    ['cooldown:', 'cool-down:'],
    ['interval: weekly', 'interval: fortnightly'],
    ['package-ecosystem: npm', 'package-ecosystem: yarn'],
    ['- /backend', '- /server'],
    ['dependency-type: development', 'dependency-kind: development'],
  ];
  const details = findings(text);
  for (const [from, to] of broken) {
    if (findings(text.replace(from, to)).every((what) => details.includes(what)))
      throw new Error(`Nobody noticed ${to}.`);
  }
  const { updates } = parse(text) as { updates: Update[] };
  const summary = `${updates.length} ecosystems, ${details.length} findings; ${broken.length} faults noticed`;
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

function findings(text: string): string[] {
  const { version, updates = [] } = parse(text) as { version?: unknown; updates?: Update[] };
  const missing = Object.keys(MANIFESTS).filter(
    (name) => !updates.some((update) => update['package-ecosystem'] === name),
  );
  return [
    ...(version === 2 ? [] : ['version is not 2']),
    ...missing.map((name) => `${name} is not updated`),
    ...updates.flatMap((update) => findingsOf(update).map((what) => `${update['package-ecosystem']}: ${what}`)),
  ];
}

function findingsOf(update: Update): string[] {
  const { schedule = {}, cooldown = {}, groups = {}, directory, directories = [] } = update;
  const manifests = MANIFESTS[update['package-ecosystem']];
  if (!manifests) return ['is no ecosystem that is used here'];
  const folders = [...(directory === undefined ? [] : [directory]), ...directories];
  return [
    ...unknown(update, OPTIONS.update),
    ...unknown(schedule, OPTIONS.schedule),
    ...unknown(cooldown, OPTIONS.cooldown),
    ...Object.values(groups).flatMap((group) => unknown(group, OPTIONS.group)),
    ...(['daily', 'weekly', 'monthly'].includes(String(schedule.interval))
      ? []
      : [`interval ${String(schedule.interval)}`]),
    ...(Number(cooldown['default-days']) >= COOLDOWN_DAYS ? [] : [`a release does not wait ${COOLDOWN_DAYS} days`]),
    ...(folders.length > 0 ? [] : ['names no folder']),
    ...folders.filter((folder) => !holds(folder, manifests)).map((folder) => `${folder} has nothing to update`),
  ];
}

const unknown = (options: object, known: readonly string[]) =>
  Object.keys(options)
    .filter((option) => !known.includes(option))
    .map((option) => `there is no option ${option}`);

/** A folder with an asterisk stands for those that match it. */
const holds = (folder: string, manifests: readonly string[]) =>
  manifests.some((manifest) =>
    existsSync(join(ROOT, folder.replace(/\/\*$/, ''), folder.endsWith('/*') ? '' : manifest)),
  );
