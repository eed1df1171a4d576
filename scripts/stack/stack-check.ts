import type { Check } from '../checks/check.js';

export interface StackCheck extends Check {
  /** It takes more than half a minute, so `make test` leaves it out. */
  slow?: boolean;
}
