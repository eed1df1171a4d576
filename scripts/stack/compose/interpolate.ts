/** What Compose says too where `${NAME:?message}` finds nothing. */
export class MissingVariableError extends Error {
  override readonly name = 'MissingVariableError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const EXPRESSION = /^\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:?[-?+])?)/;

/**
 * Puts variables into a text as Compose does, nested ones too; `$$` is a dollar sign.
 * https://docs.docker.com/reference/compose-file/interpolation/
 */
export function interpolate(text: string, environment: Environment): string {
  const { value, rest } = substitute(text, environment, false);
  return value + rest;
}

/** Reads to the end, or, within an expression, to the brace that closes it. */
function substitute(text: string, environment: Environment, nested: boolean): { value: string; rest: string } {
  let value = '';
  let rest = text;
  while (rest !== '' && !(nested && rest.startsWith('}'))) {
    const [all, dollar, plain, braced, operator] = EXPRESSION.exec(rest) ?? [];
    if (all === undefined) {
      value += rest.charAt(0);
      rest = rest.slice(1);
      continue;
    }
    rest = rest.slice(all.length);
    if (dollar) value += '$';
    else if (plain) value += environment[plain] ?? '';
    else if (braced) {
      const word = substitute(rest, environment, true);
      if (!word.rest.startsWith('}')) throw new Error(`Not an expression of Compose: ${text}`);
      rest = word.rest.slice(1);
      value += evaluate(braced, operator ?? '', word.value, environment);
    }
  }
  return { value, rest };
}

function evaluate(name: string, operator: string, word: string, environment: Environment): string {
  if (operator === '' && word !== '') throw new Error(`Not an expression of Compose: \${${name}${word}}`);
  const given = environment[name];
  // With a colon, what is set to nothing counts as not set.
  const isSet = operator.startsWith(':') ? Boolean(given) : given !== undefined;
  if (operator.endsWith('+')) return isSet ? word : '';
  if (isSet) return given ?? '';
  if (operator.endsWith('?')) throw new MissingVariableError(`required variable ${name} is missing a value: ${word}`);
  return operator.endsWith('-') ? word : '';
}
