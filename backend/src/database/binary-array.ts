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
const UUID_BYTES = 16;
const TIMESTAMP_BYTES = 8;
/** PostgreSQL counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

export const uuidArray = (ids: readonly string[]): Buffer =>
  binaryArray(
    UUID,
    ids,
    () => UUID_BYTES,
    (array, id, at) => array.write(id.replaceAll('-', ''), at, UUID_BYTES, 'hex'),
  );

export const textArray = (texts: readonly (string | null)[]): Buffer =>
  binaryArray(TEXT, texts, Buffer.byteLength, (array, text, at) => array.write(text, at));

export const bytesArray = (values: readonly Buffer[]): Buffer =>
  binaryArray(
    BYTEA,
    values,
    (value) => value.length,
    (array, value, at) => value.copy(array, at),
  );

export const timestampArray = (times: readonly Date[]): Buffer =>
  binaryArray(
    TIMESTAMPTZ,
    times,
    () => TIMESTAMP_BYTES,
    (array, time, at) => array.writeBigInt64BE(BigInt(time.getTime() - POSTGRES_EPOCH_MS) * 1000n, at),
  );

/** Written straight into the one buffer: a buffer per element would be most of the garbage of an append. */
function binaryArray<T>(
  elementType: number,
  elements: readonly (T | null)[],
  lengthOf: (element: T) => number,
  write: (array: Buffer, element: T, at: number) => void,
): Buffer {
  const lengths = elements.map((element) => (element === null ? -1 : lengthOf(element)));
  const size = lengths.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(length, 0), HEADER_BYTES);
  const array = Buffer.allocUnsafe(elements.length === 0 ? 12 : size);
  array.writeInt32BE(elements.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(elementType, 8);
  if (elements.length === 0) return array;
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (const [index, element] of elements.entries()) {
    const length = lengths[index] as number;
    array.writeInt32BE(length, at);
    at += LENGTH_BYTES;
    if (element === null) continue;
    write(array, element, at);
    at += length;
  }
  return array;
}
