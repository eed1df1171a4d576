import type { StackCheck } from './stack-check.js';

export const workflowChecks: readonly StackCheck[] = [];
