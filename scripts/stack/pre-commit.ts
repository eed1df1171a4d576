import type { StackCheck } from './stack-check.js';

export const preCommitChecks: readonly StackCheck[] = [];
