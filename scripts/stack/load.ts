import type { StackCheck } from './stack-check.js';

export const loadChecks: readonly StackCheck[] = [];
