import type { Verdict } from '../../checks/check.js';

/** What a check saw: how much it looked at, and each thing that was not as it should be. */
export class Findings {
  looked = 0;
  readonly faults: string[] = [];

  /** Something that must hold; `said` names it, and what was there instead. */
  expect(holds: boolean, said: string): void {
    this.looked++;
    if (!holds) this.faults.push(said);
  }

  equal(actual: unknown, expected: unknown, what: string): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    this.expect(is === should, `${what}: ${is}, not ${should}`);
  }

  /** @param summary what was looked at, with what */
  verdict(summary: string): Verdict {
    // A check that came across nothing has proven nothing.
    if (this.looked === 0) this.faults.push('nothing was looked at');
    const found = this.faults.length === 0 ? '' : `; ${this.faults.length} of ${this.looked} are not as they should be`;
    return { outcome: this.faults.length === 0 ? 'passed' : 'failed', summary: summary + found, details: this.faults };
  }
}
