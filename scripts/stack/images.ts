import type { StackCheck } from './stack-check.js';

export const imageChecks: readonly StackCheck[] = [];
