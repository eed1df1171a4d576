/** A selector of a rule: the metric, and what its labels must be. */
export interface Selector {
  metric: string;
  matchers: { label: string; value: string }[];
}

const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset']);
const QUOTE = '"';

/** The metrics that an expression reads, with what it asks of their labels. A word that PromQL does not know is one. */
export function selectorsIn(expr: string): Selector[] {
  const selectors: Selector[] = [];
  for (let at = 0; at < expr.length; at++) {
    const character = expr.charAt(at);
    if (character === '[') at = expr.indexOf(']', at);
    else if (/[0-9.]/.test(character)) at += /^[0-9.a-z]*/.exec(expr.slice(at))![0].length - 1;
    else if (/[a-zA-Z_:]/.test(character)) {
      const word = /^[a-zA-Z0-9_:]*/.exec(expr.slice(at))![0];
      const next = expr.slice(at + word.length).trimStart();
      at += word.length - 1;
      if (LABEL_LISTS.has(word)) at = expr.indexOf(')', at);
      else if (next.startsWith('{')) {
        const end = expr.indexOf('}', at);
        selectors.push({ metric: word, matchers: matchersIn(expr.slice(expr.indexOf('{', at) + 1, end)) });
        at = end;
      } else if (!next.startsWith('(') && !OPERATORS.has(word)) selectors.push({ metric: word, matchers: [] });
    }
  }
  return selectors;
}

/** `kind="github",outcome!~"a|b"`: what is between quotes is the value, and what is before it names the label. */
function matchersIn(inner: string): Selector['matchers'] {
  const parts = inner.split(QUOTE);
  return parts.flatMap((before, index) => {
    const label = /[a-z_]+/.exec(before)?.[0];
    return index % 2 === 1 || label === undefined ? [] : [{ label, value: parts[index + 1] ?? '' }];
  });
}
