import type { StackCheck } from './stack-check.js';

export const composeChecks: readonly StackCheck[] = [];
