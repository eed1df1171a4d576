import { runCommand } from '../../checks/command.js';

/** A run of a scenario and how it is to end. */
export interface Expectation {
  what: string;
  /** What Node runs. */
  command: string[];
  environment: Record<string, string>;
  code: number;
  /** What the output has to hold beside. */
  says?: string;
}

const NODE_RUNNER = ['--import', 'tsx', 'load/scenarios/main.ts'];
const STAND_IN = 'load/k6-stand-in/main.ts';
const SHOWN_CHARACTERS = 1500;
/** Nothing of what the one who calls has set is to be seen by the scenarios. */
const UNSET = Object.fromEntries(
  [
    'BASE_URL',
    'PITWALL_TOKEN',
    'PITWALL_EMAIL',
    'PITWALL_PASSWORD',
    'PITWALL_TOKEN_FILE',
    'PITWALL_PASSWORD_FILE',
    'ALLOW_REMOTE',
    'DURATION',
    'RATE',
    'USERS',
    'RESULTS',
  ].map((name) => [name, '']),
);

export const byNode = (...args: string[]) => [...NODE_RUNNER, ...args];
export const byStandIn = (script: 'functional' | 'load') => [STAND_IN, `load/k6/${script}.ts`];

/** Answers a line for a run that ended as expected, and throws what it said otherwise. */
export async function meet({ what, command, environment, code, says = '' }: Expectation): Promise<string> {
  const result = await runCommand(process.execPath, command, {
    environment: { ...UNSET, ...environment },
    timeoutMs: 90_000,
  });
  const output = result.stdout + result.stderr;
  if (result.code === code && output.includes(says)) return `${what}: ended with ${code}${says && `, "${says}"`}`;
  const expected = `ended with ${result.code}, not with ${code}${says && ` and "${says}"`}`;
  throw new Error(`${what}: ${expected}. It said:\n${output.slice(-SHOWN_CHARACTERS)}`);
}

/** One after the other. */
export async function meetAll(expectations: Expectation[]): Promise<string[]> {
  const lines: string[] = [];
  for (const expectation of expectations) lines.push(await meet(expectation));
  return lines;
}
