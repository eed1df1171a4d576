import { addCheck } from './samples.ts';

export function check<Value>(value: Value, sets: Record<string, (value: Value) => boolean>): boolean {
  const results = Object.entries(sets).map(([name, passes]) => [name, passes(value)] as const);
  for (const [name, passed] of results) addCheck(name, passed);
  return results.every(([, passed]) => passed);
}

/** Seconds; nothing else happens meanwhile, as in one of k6's users. */
export function sleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}
