const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/**
 * A string from outside as PostgreSQL can store it: without NUL, which `text` refuses, and without lone surrogates, which
 * have no UTF-8. At most `maxLength` UTF-16 units, so at most as many PostgreSQL characters; a pair is never split.
 */
export function cleanText(value: string, maxLength: number): string {
  const storable = value.replaceAll('\0', '').toWellFormed();
  if (storable.length <= maxLength) return storable;
  return storable.slice(0, maxLength).replace(HIGH_SURROGATE_AT_END, '');
}
