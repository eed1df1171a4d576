const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/**
 * A provider's string as PostgreSQL can store it: without NUL, which `text` refuses, and without lone surrogates, which
 * have no UTF-8. At most `maxLength` UTF-16 units, so at most as many PostgreSQL characters; a pair is never split.
 */
export function cleanText(value: string, maxLength: number): string {
  const storable = value.replaceAll('\0', '').toWellFormed();
  if (storable.length <= maxLength) return storable;
  return storable.slice(0, maxLength).replace(HIGH_SURROGATE_AT_END, '');
}

/** The first line of a message, without its line break. */
export function firstLine(message: string): string {
  const end = message.search(/[\r\n]/);
  return end === -1 ? message : message.slice(0, end);
}
