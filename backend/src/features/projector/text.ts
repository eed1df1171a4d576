/** The first line of a message, without its line break. */
export function firstLine(message: string): string {
  const end = message.search(/[\r\n]/);
  return end === -1 ? message : message.slice(0, end);
}
