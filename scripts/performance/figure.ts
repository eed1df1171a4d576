/** One measured quantity of one run. */
export interface Figure {
  name: string;
  value: number;
}

/** How a figure is judged when it is compared. */
export interface Judgement {
  /** Which way is worse. */
  worse: 'higher' | 'lower';
  unit: 'ms' | 'kB' | 'score' | '';
  /** The ratio of head to base, in the direction that is worse, from which a difference counts. */
  ratio: number;
  /** And the difference, in the figure's unit: a ratio of small numbers is mostly noise. */
  difference: number;
}

/** The first that the name begins with. Runners are shared machines: the same
 * code was seen to block for 300 and for 650 ms, so bounds are wide, and medians are compared. */
const JUDGEMENTS: readonly (readonly [prefix: string, judgement: Judgement])[] = [
  ['page weight', { worse: 'higher', unit: 'kB', ratio: 1.05, difference: 5 }],
  ['page score', { worse: 'lower', unit: 'score', ratio: 1.1, difference: 8 }],
  ['page shift', { worse: 'higher', unit: '', ratio: 1.1, difference: 0.02 }],
  ['page blocking', { worse: 'higher', unit: 'ms', ratio: 2, difference: 200 }],
  ['page ', { worse: 'higher', unit: 'ms', ratio: 1.25, difference: 100 }],
  ['load p95', { worse: 'higher', unit: 'ms', ratio: 2, difference: 20 }],
  ['load p50', { worse: 'higher', unit: 'ms', ratio: 1.5, difference: 5 }],
];

export function judgementOf(name: string): Judgement {
  const found = JUDGEMENTS.find(([prefix]) => name.startsWith(prefix));
  if (!found) throw new Error(`Nothing says how to judge ${name}.`);
  return found[1];
}
