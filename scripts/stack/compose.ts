import { checkConfiguration } from './compose/configuration.js';
import { checkByCompose } from './compose/docker.js';
import { checkComposeFile } from './compose/file.js';
import { checkStart } from './compose/start.js';
import type { StackCheck } from './stack-check.js';

export const composeChecks: readonly StackCheck[] = [
  { name: 'Compose: the file', run: checkComposeFile },
  { name: 'Compose: read by Compose', programs: ['docker'], run: checkByCompose },
  { name: 'Compose: settings', programs: ['openssl'], run: checkConfiguration },
  { name: 'Compose: start', programs: ['openssl', 'psql', 'redis-server'], run: checkStart },
];
