import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { ROOT } from '../../checks/command.js';
import { BREAKAGES, unnoticedBreakages } from './broken-dockerfiles.js';
import { dockerfileFaults } from './dockerfile-rules.js';

export const DOCKERFILES = ['backend/Dockerfile', 'frontend/Dockerfile'] as const;

/** What must not reach a builder, wherever it lies. */
const NEVER_SENT = ['node_modules', '.env*', 'dist', 'build'];

/** Both Dockerfiles by the validator that editors use, and by rules of our own; and what is sent to the builder. */
export async function checkDockerfiles(): Promise<Verdict> {
  const details: string[] = [];
  for (const name of DOCKERFILES) {
    const faults = dockerfileFaults(await read(name));
    details.push(...faults.map((fault) => `${name} ${fault}`));
  }
  details.push(...ignoreFaults(await read('.dockerignore')).map((fault) => `.dockerignore: ${fault}`));
  const backend = await read('backend/Dockerfile');
  details.push(...unnoticedBreakages(backend).map((what) => `the rules let pass: ${what}`));
  const { version } = JSON.parse(await read('node_modules/dockerfile-utils/package.json')) as { version: string };
  const looked = `dockerfile-utils ${version} and rules of our own, which ${BREAKAGES.length} breakages were held against`;
  return details.length > 0
    ? { outcome: 'failed', summary: `${details.length} faults (${looked})`, details }
    : { outcome: 'passed', summary: `${DOCKERFILES.length} Dockerfiles and .dockerignore: ${looked}` };
}

const read = (path: string) => readFile(join(ROOT, path), 'utf8');

/** Of a list that ignores everything and then names what is sent. */
function ignoreFaults(text: string): string[] {
  const rules = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const sent = rules.filter((rule) => rule.startsWith('!'));
  return [
    ...(rules[0] === '*' ? [] : ['does not begin by ignoring everything']),
    ...sent.filter((rule) => /\.env|secret|\.git|\.pitwall|\*/.test(rule)).map((rule) => `${rule} sends too much`),
    ...NEVER_SENT.filter(
      (name) => rules.lastIndexOf(`**/${name}`) < rules.findLastIndex((rule) => rule.startsWith('!')),
    ).map((name) => `**/${name} is not ignored after what is sent`),
  ];
}
