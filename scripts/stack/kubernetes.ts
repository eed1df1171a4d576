import type { StackCheck } from './stack-check.js';

export const kubernetesChecks: readonly StackCheck[] = [];
