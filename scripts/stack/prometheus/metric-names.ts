/** A selector of a rule: the metric, and what its labels must be. */
export interface Selector {
  metric: string;
  matchers: { label: string; value: string }[];
}

const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset']);
/** What follows a function or an aggregation. */
const CALL = /^(\(|by\b|without\b)/;
const QUOTE = '"';

/** The metrics that an expression reads, with what it asks of their labels. A word that PromQL does not know is one. */
export function selectorsIn(expr: string): Selector[] {
  const selectors: Selector[] = [];
  for (let at = 0; at < expr.length; at++) {
    const character = expr.charAt(at);
    if (character === '[') at = expr.indexOf(']', at);
    else if (/[0-9.]/.test(character)) at += leading(/^[0-9.a-z]*/, expr.slice(at)).length - 1;
    else if (/[a-zA-Z_:]/.test(character)) {
      const word = leading(/^[a-zA-Z0-9_:]*/, expr.slice(at));
      const next = expr.slice(at + word.length).trimStart();
      at += word.length - 1;
      if (LABEL_LISTS.has(word)) at = expr.indexOf(')', at);
      else if (next.startsWith('{')) {
        const end = expr.indexOf('}', at);
        selectors.push({ metric: word, matchers: matchersIn(expr.slice(expr.indexOf('{', at) + 1, end)) });
        at = end;
      } else if (!CALL.test(next) && !OPERATORS.has(word)) selectors.push({ metric: word, matchers: [] });
    }
  }
  return selectors;
}

const leading = (pattern: RegExp, text: string) => pattern.exec(text)?.[0] ?? '';

/** `kind="github",outcome!~"a|b"`: what is between quotes is the value, and what is before it names the label. */
function matchersIn(inner: string): Selector['matchers'] {
  const parts = inner.split(QUOTE);
  return parts.flatMap((before, index) => {
    const label = /[a-z_]+/.exec(before)?.[0];
    return index % 2 === 1 || label === undefined ? [] : [{ label, value: parts[index + 1] ?? '' }];
  });
}
