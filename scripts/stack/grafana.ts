import type { StackCheck } from './stack-check.js';

export const grafanaChecks: readonly StackCheck[] = [];
