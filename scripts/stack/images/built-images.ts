import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { ROOT, runCommand } from '../../checks/command.js';
import { runBackend } from './backend-run.js';
import { openBases } from './base-images.js';
import { Buildah, type BuiltImage } from './buildah.js';
import { contentFaults, installedPackages } from './contents.js';
import { basesOf } from './dockerfile-rules.js';
import { DOCKERFILES } from './dockerfiles.js';
import { runFrontend } from './frontend-run.js';

/** Builds both images from their Dockerfiles as they are, looks into them, and runs them with a read-only root file system. */
export async function checkBuiltImages(): Promise<Verdict> {
  if (process.getuid?.() !== 0) return { outcome: 'not run', summary: 'building without a daemon takes root' };
  const buildah = await Buildah.open();
  try {
    const texts = await Promise.all(DOCKERFILES.map((path) => readFile(join(ROOT, path), 'utf8')));
    const bases = await openBases(buildah, [...new Set(texts.flatMap(basesOf))]);
    const details: string[] = [];

    const backend = await buildah.build('backend/Dockerfile', 'localhost/pitwall-backend', bases.standIns);
    const packages = await installedPackages(backend, 'app');
    const faults = [...packages.faults, ...labelFaults(backend), ...(await contentFaults(backend, 'app'))];
    details.push(...(await runBackend(backend, join(buildah.folder, 'backend.log'))));

    const frontend = await buildah.build('frontend/Dockerfile', 'localhost/pitwall-frontend', bases.standIns);
    faults.push(...labelFaults(frontend), ...(await contentFaults(frontend, 'srv/pitwall')));
    details.push(...(await runFrontend(frontend, join(buildah.folder, 'frontend.log'))));

    const { stdout } = await runCommand('buildah', ['--version']);
    const ours = await Promise.all([megabytes(backend, 'app'), megabytes(frontend, 'srv/pitwall')]);
    const sizes = [
      `back end ${backend.megabytes} MB, ${ours[0]} of it ours with ${packages.count} packages`,
      `front end ${frontend.megabytes} MB, ${ours[1]} of it ours`,
    ].join('; ');
    const summary = `${/buildah version \S+/.exec(stdout)?.[0]} over ${bases.description}: ${sizes}; both ran`;
    if (faults.length > 0)
      return { outcome: 'failed', summary: `${faults.length} faults (${summary})`, details: faults };
    return { outcome: 'passed', summary, details };
  } finally {
    await buildah.close();
  }
}

/** Of a folder in it, as `du` counts. */
async function megabytes({ root }: BuiltImage, folder: string): Promise<number> {
  return Number.parseInt((await runCommand('du', ['-sm', join(root, folder)])).stdout, 10);
}

function labelFaults({ config }: BuiltImage): string[] {
  const label = (name: string) => config.Labels[`org.opencontainers.image.${name}`];
  return label('version') === '1.2.3' && label('revision') === '0123abc'
    ? []
    : ['its labels are not those it was given'];
}
