import type { StackCheck } from './stack-check.js';

export const nginxChecks: readonly StackCheck[] = [];
