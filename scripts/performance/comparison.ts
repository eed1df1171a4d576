import { judgementOf, type Figure, type Judgement } from './figure.js';

export interface ComparedFigure {
  name: string;
  judgement: Judgement;
  /** Medians over the runs. */
  base: number;
  head: number;
  /** Above 1 is worse, whichever way that is. */
  ratio: number;
  verdict: 'worse' | 'better' | 'same';
}

export interface Comparison {
  figures: ComparedFigure[];
  /** What only one side has: it was added or removed, and cannot be compared. */
  unpaired: string[];
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of nothing.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** @param base the figures of all its runs, in any order, and so `head` */
export function compare(base: readonly Figure[], head: readonly Figure[]): Comparison {
  const [ofBase, ofHead] = [mediansByName(base), mediansByName(head)];
  const names = [...new Set([...ofBase.keys(), ...ofHead.keys()])].sort();
  const figures = names.flatMap((name) => {
    const [before, after] = [ofBase.get(name), ofHead.get(name)];
    return before === undefined || after === undefined ? [] : [compareOne(name, before, after)];
  });
  return { figures, unpaired: names.filter((name) => !ofBase.has(name) || !ofHead.has(name)) };
}

export const isRegression = ({ figures }: Comparison) => figures.some(({ verdict }) => verdict === 'worse');

function compareOne(name: string, base: number, head: number): ComparedFigure {
  const judgement = judgementOf(name);
  const ratio = judgement.worse === 'higher' ? ratioOf(head, base) : ratioOf(base, head);
  const counts = Math.abs(head - base) >= judgement.difference;
  const verdict =
    counts && ratio >= judgement.ratio ? 'worse' : counts && ratio <= 1 / judgement.ratio ? 'better' : 'same';
  return { name, judgement, base, head, ratio, verdict };
}

/** Nothing beside nothing is the same; something beside nothing is infinitely more. */
const ratioOf = (value: number, beside: number) => (value === beside ? 1 : value / beside);

function mediansByName(figures: readonly Figure[]): Map<string, number> {
  const groups = Map.groupBy(figures, ({ name }) => name);
  return new Map([...groups].map(([name, group]) => [name, median(group.map(({ value }) => value))]));
}

/** As Markdown: what is worse first, then the rest by name. */
export function summaryOf(comparison: Comparison): string {
  const { figures, unpaired } = comparison;
  const worse = figures.filter(({ verdict }) => verdict === 'worse');
  const rows = [...worse, ...figures.filter(({ verdict }) => verdict !== 'worse')].map(row);
  const said =
    worse.length > 0
      ? `**${worse.length} of ${figures.length} figures are worse.**`
      : `${figures.length} figures, none worse.`;
  return [
    '## Performance beside the base',
    '',
    said,
    '',
    '| figure | base | head | ratio | worse from | |',
    '| --- | ---: | ---: | ---: | --- | --- |',
    ...rows,
    ...(unpaired.length > 0 ? ['', `Only on one side: ${unpaired.join(', ')}.`] : []),
    '',
    'Medians of runs by turns on one machine. A ratio above 1 is worse, whichever way that is.',
  ].join('\n');
}

function row({ name, judgement, base, head, ratio, verdict }: ComparedFigure): string {
  const { unit, ratio: bound, difference } = judgement;
  const shown = (value: number) => `${Number(value.toPrecision(4))} ${unit}`.trim();
  const from = `${bound} and ${shown(difference)}`;
  const cells = [name, shown(base), shown(head), ratio.toFixed(2), from, verdict === 'same' ? '' : verdict];
  return `| ${cells.join(' | ')} |`;
}
