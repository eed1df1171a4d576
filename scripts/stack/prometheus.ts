import type { StackCheck } from './stack-check.js';

export const prometheusChecks: readonly StackCheck[] = [];
