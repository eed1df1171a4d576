import { checkComposeFile } from './compose/file.js';
import type { StackCheck } from './stack-check.js';

export const composeChecks: readonly StackCheck[] = [{ name: 'Compose: the file', run: checkComposeFile }];
