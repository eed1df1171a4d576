/** What may be said beside a message. An error goes under a key of its own, usually `error`. */
export type LogFields = Record<string, unknown>;

export type PlainValue = string | number | boolean | null | PlainValue[] | { [key: string]: PlainValue };
export type PlainFields = Record<string, PlainValue>;

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_STRING_LENGTH = 8 * 1024;
const MAX_ENTRY_LENGTH = 64 * 1024;
const TRUNCATED = '[truncated]';
const REDACTED = '[redacted]';

const SECRET_KEY =
  /authorization|cookie|passw(or)?d|passphrase|secret|token|signature|credential|api[-_]?key|private[-_]?key|csrf|session[-_]?id/i;
// Secrets that stand inside a longer text: credentials of a URL, a header's value, a query parameter, a token by its prefix.
const URL_CREDENTIALS = /(:\/\/)[^\s/@:]{0,256}:[^\s/@]{0,256}@/g;
const SCHEME_CREDENTIALS = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const PARAMETER = /([?&;]\w{0,32}(?:token|secret|password|signature|api_?key)=)[^&\s#"']+/gi;
const PREFIXED_TOKEN = /\b(?:(?:gh[opsur]_|github_pat_|glpat-|glptt-|whsec_)[\w+/=-]{8,}|pwr?_[0-9A-Za-z]{40,})/g;

/**
 * A copy that JSON can hold, whatever the fields were: bounded in depth, in number of items and in length, free of cycles,
 * with errors spelt out (name, message, code, stack, causes) and whatever looks like a secret left out. Never throws: the
 * fields are gathered in here, since to spread them is already to read them.
 */
export function plainFields(gather: () => LogFields): PlainFields {
  try {
    return new FieldCopy().object(Object.entries(gather()), 0);
  } catch {
    return { fields: '[unreadable]' };
  }
}

/** The text without credentials, and no longer than 8 KiB. */
export function plainText(text: string): string {
  const bounded = text.length > MAX_STRING_LENGTH ? text.slice(0, MAX_STRING_LENGTH) + TRUNCATED : text;
  return bounded
    .replace(URL_CREDENTIALS, `$1${REDACTED}@`)
    .replace(SCHEME_CREDENTIALS, `$1 ${REDACTED}`)
    .replace(PARAMETER, `$1${REDACTED}`)
    .replace(PREFIXED_TOKEN, REDACTED);
}

class FieldCopy {
  private remaining = MAX_ENTRY_LENGTH;
  private readonly ancestors = new Set<object>();

  object(entries: [string, unknown][], depth: number): PlainFields {
    // Without a prototype, a key named __proto__ is a key like any other.
    const copy = Object.create(null) as PlainFields;
    for (const [key, value] of entries.slice(0, MAX_ITEMS)) {
      if (value === undefined) continue;
      const name = this.spend(key.slice(0, 256));
      copy[name] = holdsSecret(key, value) ? REDACTED : this.value(value, depth + 1);
    }
    if (entries.length > MAX_ITEMS) copy['...'] = `${entries.length - MAX_ITEMS} more`;
    return copy;
  }

  private value(value: unknown, depth: number): PlainValue {
    switch (typeof value) {
      case 'string':
        return this.spend(plainText(value));
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.reference(value, depth);
      case 'undefined':
        return null;
      case 'bigint':
      case 'symbol':
      case 'function':
        return this.spend(String(value).slice(0, 256));
    }
  }

  private reference(value: object, depth: number): PlainValue {
    if (this.ancestors.has(value)) return '[circular]';
    if (depth > MAX_DEPTH || this.remaining <= 0) return TRUNCATED;
    this.ancestors.add(value);
    try {
      return this.unfold(value, depth);
    } catch {
      // A getter or a proxy that throws must not take the log line with it.
      return '[unreadable]';
    } finally {
      this.ancestors.delete(value);
    }
  }

  private unfold(value: object, depth: number): PlainValue {
    if (value instanceof Error) return this.error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof URL) return this.spend(plainText(value.href));
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return this.object(stringKeys([...value]), depth);
    if (Array.isArray(value) || value instanceof Set) {
      const items = [...value];
      const copy = items.slice(0, MAX_ITEMS).map((item) => this.value(item, depth + 1));
      return items.length > MAX_ITEMS ? [...copy, `${items.length - MAX_ITEMS} more`] : copy;
    }
    return this.object(Object.entries(value), depth);
  }

  private error(error: Error, depth: number): PlainValue {
    const { name, message, stack, cause } = error;
    const { code, errors } = error as { code?: unknown; errors?: unknown };
    const said: LogFields = { name, message, stack };
    if (typeof code === 'string' || typeof code === 'number') said['code'] = code;
    if (cause !== undefined) said['cause'] = cause;
    if (Array.isArray(errors)) said['errors'] = errors;
    return this.object(Object.entries(said), depth);
  }

  private spend(text: string): string {
    if (text.length > this.remaining) {
      const kept = text.slice(0, Math.max(0, this.remaining));
      this.remaining = 0;
      return kept + TRUNCATED;
    }
    this.remaining -= text.length;
    return text;
  }
}

/** That a secret is set, or missing, is no secret. */
function holdsSecret(key: string, value: unknown): boolean {
  return value !== null && typeof value !== 'boolean' && SECRET_KEY.test(key);
}

function stringKeys(entries: [unknown, unknown][]): [string, unknown][] {
  return entries.map(([key, value]) => [String(key), value]);
}

const PRINTABLE_ASCII = /^[ -~]*$/;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Escapes what would break a line or steer a terminal: C0 and C1 controls (ANSI sequences start with one), line and paragraph
 * separators, and the invisible marks that reorder text. Over the output of JSON.stringify the meaning stays the same.
 */
export function escapeUnprintable(text: string): string {
  // Nearly every line is plain ASCII, where this one look is all it costs.
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UNPRINTABLE, (character) => {
    let escaped = '';
    for (let unit = 0; unit < character.length; unit++) {
      escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
    }
    return escaped;
  });
}
