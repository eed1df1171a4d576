/**
 * Array parameters in PostgreSQL's binary form: bodies travel as they are instead of as hexadecimal text, and the
 * server need not parse. Layout: array_recv in src/backend/utils/adt/arrayfuncs.c.
 */
const UUID = 2950;
const TEXT = 25;
const BYTEA = 17;
const TIMESTAMPTZ = 1184;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
/** PostgreSQL counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

export const uuidArray = (ids: readonly string[]) =>
  binaryArray(
    UUID,
    ids.map((id) => Buffer.from(id.replaceAll('-', ''), 'hex')),
  );

export const textArray = (texts: readonly (string | null)[]) =>
  binaryArray(
    TEXT,
    texts.map((text) => (text === null ? null : Buffer.from(text))),
  );

export const bytesArray = (values: readonly Buffer[]) => binaryArray(BYTEA, values);

export const timestampArray = (times: readonly Date[]) =>
  binaryArray(
    TIMESTAMPTZ,
    times.map((time) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt(time.getTime() - POSTGRES_EPOCH_MS) * 1000n);
      return bytes;
    }),
  );

function binaryArray(elementType: number, elements: readonly (Buffer | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const element of elements) size += LENGTH_BYTES + (element?.length ?? 0);
  const array = Buffer.allocUnsafe(elements.length === 0 ? 12 : size);
  array.writeInt32BE(elements.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(elementType, 8);
  if (elements.length === 0) return array;
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (const element of elements) {
    array.writeInt32BE(element?.length ?? -1, at);
    at += LENGTH_BYTES;
    if (element) at += element.copy(array, at);
  }
  return array;
}
