/**
 * Plays a scenario against a running Pitwall, or against one of its own without BASE_URL:
 *
 *   functional   one user, one round through the API, every answer checked
 *   load         RATE requests a second for DURATION (10, 60s), at most USERS (100) under way
 *
 *   --json FILE  where to write the report, instead of load/results/
 *
 * Ends with 1 where a threshold is crossed, with 2 where nothing could be tested.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { circumstances } from '../service/circumstances.js';
import { AccessError } from './definition/access.js';
import { reportText, type Report } from './definition/report.js';
import { readSettings, SettingsError } from './definition/settings.js';
import { runFunctional, runLoad } from './run.js';
import { openTarget } from './target.js';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
const SCENARIOS = { functional: runFunctional, load: runLoad };

const say = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const { scenario, file } = readArguments();
  const target = await openTarget(
    readSettings(process.env, (path) => readFileSync(path, 'utf8')),
    say,
  );
  const stopped = async () => {
    await target.stop();
    process.exit(2);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopped());
  try {
    say(`Playing the ${scenario} scenario against ${target.settings.baseUrl} ...`);
    const report = await SCENARIOS[scenario](target.settings);
    process.stdout.write(`\n${reportText(report)}`);
    await write(file ?? join(RESULTS, `${scenario}-${new Date().toISOString().replace(/[:.]/g, '-')}.json`), report);
    if (!report.passed) process.exitCode = 1;
  } finally {
    await target.stop();
  }
} catch (error) {
  say(isMisuse(error) ? error.message : String((error as Error).stack));
  process.exitCode = 2;
}

function readArguments(): { scenario: keyof typeof SCENARIOS; file: string | undefined } {
  const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
  const [scenario = 'load', ...more] = positionals;
  if (more.length > 0 || (scenario !== 'functional' && scenario !== 'load')) {
    throw new SettingsError([`There is no scenario ${positionals.join(' ')}: choose functional or load.`]);
  }
  return { scenario, file: values.json };
}

async function write(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...circumstances(), ...report }, null, 2)}\n`);
  say(`The figures are in ${file}.`);
}

function isMisuse(error: unknown): error is Error {
  const { code = '' } = error as { code?: string };
  return error instanceof SettingsError || error instanceof AccessError || code.startsWith('ERR_PARSE_ARGS');
}
