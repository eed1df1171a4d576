export interface Account {
  readonly email: string;
  readonly password: string;
}

export interface Settings {
  /** Without a slash at its end; undefined where none is given. */
  readonly baseUrl: string | undefined;
  readonly token: string | undefined;
  readonly account: Account | undefined;
  readonly durationSeconds: number;
  /** Requests that start in each second of the load scenario. */
  readonly rate: number;
  /** The most requests that may be under way at once; half of them k6 makes ready before it starts. */
  readonly users: number;
}

/** Everything that is wrong with the settings. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

const LONGEST_SECONDS = 3600;
const HIGHEST_RATE = 1000;
const MOST_USERS = 1000;
const SECONDS_OF: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };

const ADDRESS = /^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i;
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i;

/**
 * Reads the settings, which are the same for both runners. Throws `SettingsError` with all faults at once.
 *
 * @param readFile answers what a file holds: a secret may be given by the path of its file, in `<NAME>_FILE`
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Settings {
  const faults: string[] = [];
  const given = (name: string) => environment[name] || undefined;
  const secret = (name: string) => {
    const file = given(`${name}_FILE`);
    if (file === undefined) return given(name);
    if (given(name) !== undefined) faults.push(`${name} and ${name}_FILE are both set.`);
    try {
      return readFile(file).trim();
    } catch {
      faults.push(`${name}_FILE: ${file} cannot be read.`);
      return undefined;
    }
  };
  const whole = (name: string, otherwise: number, most: number) => {
    const number = Number(given(name) ?? otherwise);
    if (!Number.isInteger(number) || number < 1 || number > most) {
      faults.push(`${name} is not a whole number from 1 to ${most}.`);
    }
    return number;
  };

  const baseUrl = given('BASE_URL')?.replace(/\/$/, '');
  if (baseUrl !== undefined && !ADDRESS.test(baseUrl)) {
    faults.push('BASE_URL is not an http or https address without a path, such as http://localhost:8000.');
  } else if (baseUrl !== undefined && !isLoopback(baseUrl) && given('ALLOW_REMOTE') !== 'true') {
    faults.push(`${baseUrl} is not this machine. Set ALLOW_REMOTE=true if it is yours to put under load.`);
  }
  const email = given('PITWALL_EMAIL');
  const password = secret('PITWALL_PASSWORD');
  if ((email === undefined) !== (password === undefined)) {
    faults.push('PITWALL_EMAIL and PITWALL_PASSWORD go together.');
  }
  const durationSeconds = seconds(given('DURATION') ?? '60s');
  if (!(durationSeconds >= 1 && durationSeconds <= LONGEST_SECONDS)) {
    faults.push(`DURATION is not a whole number of seconds or minutes from 1s to ${LONGEST_SECONDS / 60}m.`);
  }
  const settings = {
    baseUrl,
    token: secret('PITWALL_TOKEN'),
    account: email !== undefined && password !== undefined ? { email, password } : undefined,
    durationSeconds,
    rate: whole('RATE', 10, HIGHEST_RATE),
    users: whole('USERS', 100, MOST_USERS),
  };
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

/** Whether an address that `readSettings` let pass is of this machine. */
export const isLoopback = (baseUrl: string): boolean => LOOPBACK.test((ADDRESS.exec(baseUrl) ?? [])[1] ?? '');

/** `90`, `90s`, `2m`; NaN for anything else. */
function seconds(text: string): number {
  const [, number, unit = ''] = /^(\d{1,6})([smh]?)$/.exec(text) ?? [];
  return number === undefined ? NaN : Number(number) * (SECONDS_OF[unit] as number);
}
