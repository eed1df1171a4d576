import { parseArgs } from 'node:util';

export interface Options {
  /** Only cases whose name contains it. */
  only: string;
  seconds: number;
  rounds: number;
  rows: number;
  json: string | undefined;
  /** The folder for a CPU profile of Pitwall. */
  profile: string | undefined;
}

export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '1000000' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const whole = (name: 'seconds' | 'rounds' | 'rows', most: number) => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < 1 || number > most) throw new Error(`--${name} is not 1 to ${most}.`);
    return number;
  };
  return {
    only: values.only,
    seconds: whole('seconds', 60),
    rounds: whole('rounds', 20),
    rows: whole('rows', 10_000_000),
    json: values.json,
    profile: values.profile,
  };
}
