/** Deeper values overflow the stack of whatever writes them again: `JSON.stringify` throws at some thousands. */
export const MAX_JSON_DEPTH = 64;

/** Keeps nothing between calls that do not stream. */
const DECODER = new TextDecoder('utf-8', { fatal: true });

export class JsonError extends Error {
  override readonly name = 'JsonError';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Parses UTF-8 JSON of bounded depth. Throws `JsonError` with a reason that quotes nothing of the input. */
export function parseJson(bytes: Buffer): unknown {
  refuseDepth(bytes);
  let text: string;
  try {
    text = DECODER.decode(bytes);
  } catch {
    throw new JsonError('is not UTF-8 text');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8's message quotes the input from the fault on: only the place is kept.
    const place = /position \d+(?: \(line \d+ column \d+\))?/.exec(String(error))?.[0];
    throw new JsonError(text.trim() === '' ? 'is empty' : `is not valid JSON${place ? ` at ${place}` : ''}`);
  }
}

function refuseDepth(bytes: Buffer): void {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > MAX_JSON_DEPTH) throw new JsonError(`is nested deeper than ${MAX_JSON_DEPTH} levels`);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
  }
}

/** The index of the closing quote of the string that opens at `start`, or the end. */
function endOfString(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = bytes.indexOf(QUOTE, end + 1);
  }
  return bytes.length;
}

/**
 * The bytes of each element of the outermost array of valid JSON, or of the only array one level deeper, as in
 * `{"records": [...]}`; so that each can be kept as it came. Of a key that stands twice, the last value counts, as it
 * does for `JSON.parse`.
 */
export function elementsOf(bytes: Buffer, arrayDepth: 1 | 2): Buffer[] {
  let elements: Buffer[] = [];
  let depth = 0;
  let start = -1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth !== arrayDepth || byte !== OPEN_ARRAY) continue;
      elements = [];
      start = at + 1;
    } else if (byte === COMMA && depth === arrayDepth && start !== -1) {
      elements.push(bytes.subarray(start, at));
      start = at + 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth-- !== arrayDepth || start === -1) continue;
      elements.push(bytes.subarray(start, at));
      start = -1;
    }
  }
  return elements;
}
