import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import { COMPOSE_FILE, readCompose } from './model.js';
import { DEFAULT_VARIABLES } from './file.js';

const PROFILES = ['--profile', 'load', '--profile', 'tools'];

/** Compose itself reads the file, and finds in it the services that are found here. It needs no engine for that. */
export async function checkByCompose(): Promise<Verdict> {
  const version = await runCommand('docker', ['compose', 'version', '--short']);
  if (version.code !== 0) return { outcome: 'not run', summary: 'this docker has no Compose plugin' };
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-compose-'));
  try {
    // Nothing of what .env may hold here.
    const args = [
      'compose',
      '--env-file',
      '/dev/null',
      '--file',
      COMPOSE_FILE,
      ...PROFILES,
      'config',
      '--format',
      'json',
    ];
    const { code, stdout, stderr } = await runCommand('docker', args, { environment: { PITWALL_SECRETS: folder } });
    if (code !== 0)
      return { outcome: 'failed', summary: 'Compose refuses the file', details: stderr.trim().split('\n') };
    const found = Object.keys((JSON.parse(stdout) as { services: object }).services).sort();
    const expected = Object.keys((await readCompose(DEFAULT_VARIABLES)).services).sort();
    const same = found.join() === expected.join();
    return {
      outcome: same ? 'passed' : 'failed',
      summary: `docker compose ${version.stdout.trim()}: ${found.length} services`,
      details: same ? [] : [`it finds ${found.join(', ')}`, `and not ${expected.join(', ')}`],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
