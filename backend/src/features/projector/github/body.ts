import { isUtf8 } from 'node:buffer';
import { cleanText } from '../../../database/storable-text.js';
import { UnreadableEventError, type RawEvent } from '../translator.js';

const MAX_REASON_LENGTH = 500;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/**
 * The payload of a delivery, in either of the content types a GitHub webhook can be set to: `application/json`, or
 * `application/x-www-form-urlencoded` with the JSON in the field `payload`.
 * https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks
 */
export function payloadOf(event: Pick<RawEvent, 'headers' | 'body'>, parseJson: (bytes: Buffer) => unknown): unknown {
  const json = isForm(event.headers) ? formField(event.body, 'payload') : event.body;
  // Asked here, since decoding would silently put U+FFFD for what is not UTF-8.
  if (!isUtf8(json)) throw new UnreadableEventError('payload: not UTF-8');
  try {
    return parseJson(json);
  } catch (error) {
    // The words of a parser may quote the payload.
    const reason = cleanText(error instanceof Error ? error.message : String(error), MAX_REASON_LENGTH);
    throw new UnreadableEventError(reason, { cause: error });
  }
}

function isForm(headers: RawEvent['headers']): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';', 1);
  return mediaType.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** The bytes of a field, not its text: `URLSearchParams` would hide what is not UTF-8. */
function formField(body: Buffer, field: string): Buffer {
  const prefix = Buffer.from(`${field}=`);
  for (let start = 0; start <= body.length;) {
    const separator = body.indexOf('&', start);
    const end = separator === -1 ? body.length : separator;
    const pair = body.subarray(start, end);
    if (pair.subarray(0, prefix.length).equals(prefix)) return percentDecode(pair.subarray(prefix.length));
    start = end + 1;
  }
  throw new UnreadableEventError(`${field}: expected a form field`);
}

/** https://url.spec.whatwg.org/#urlencoded-parsing: a percent sign that introduces no byte stands for itself. */
function percentDecode(encoded: Buffer): Buffer {
  const decoded = Buffer.allocUnsafe(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    const byte = encoded.readUInt8(at);
    const escaped = byte === PERCENT ? hexByte(encoded, at + 1) : undefined;
    if (escaped !== undefined) at += 2;
    length = decoded.writeUInt8(escaped ?? (byte === PLUS ? SPACE : byte), length);
  }
  return decoded.subarray(0, length);
}

function hexByte(bytes: Buffer, at: number): number | undefined {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

function hexDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : undefined;
}
