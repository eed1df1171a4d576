import { OpenSchedule } from '../client/open-schedule.js';
import { AccessError } from './definition/access.js';
import { REQUEST_TIMEOUT_SECONDS, NO_ANSWER } from './definition/exchange.js';
import { functionalRound } from './definition/functional.js';
import { closeLoad, openLoad } from './definition/load.js';
import { loadRequest } from './definition/mix.js';
import { makeReport, NO_CHECKS, type Figures, type Report, type RunFacts } from './definition/report.js';
import type { Settings } from './definition/settings.js';
import { play, sendRequest, sign } from './play.js';
import { Recorder } from './recorder.js';

/** Settings that say where. */
export type RunSettings = Settings & { baseUrl: string };

/** One user, one round. A step that cannot go on ends it, and is a failed check. */
export async function runFunctional(settings: RunSettings): Promise<Report> {
  const recorder = new Recorder();
  const begun = performance.now();
  try {
    await play(settings.baseUrl, functionalRound(settings, sign, Date.now()), recorder);
  } catch (error) {
    if (error instanceof AccessError) throw error;
    recorder.check((error as Error).message, false);
  }
  const facts = { seconds: secondsSince(begun), settings: null, leftOut: recorder.leftOut };
  return report('functional', settings, facts, { ...recorder.figures(), around: NO_CHECKS });
}

/** Requests at a rate. Of what goes before and after them, only the checks count. */
export async function runLoad(settings: RunSettings): Promise<Report> {
  const { baseUrl, durationSeconds, rate, users } = settings;
  const around = new Recorder();
  const prepared = await play(baseUrl, openLoad(settings, sign, Date.now()), around);
  const recorder = new Recorder();
  const begun = performance.now();
  const schedule = new OpenSchedule<number>({
    rate,
    seconds: durationSeconds,
    places: Array.from({ length: users }, (_, user) => user),
    graceMs: (REQUEST_TIMEOUT_SECONDS + 5) * 1000,
    start(user, due, n) {
      const request = loadRequest(prepared.plan, n, sign, Date.now());
      void sendRequest(baseUrl, request).then((answer) => {
        recorder.request(request, answer, performance.now() - due);
        recorder.check(`${request.name}: ${request.expected.join(' or ')}`, request.expected.includes(answer.status));
        schedule.finish(user);
      });
    },
  });
  await schedule.run();
  const never = { name: 'not sent', method: 'GET', path: '', headers: {}, expected: [] } as const;
  for (let missing = schedule.unfinished; missing > 0; missing--) recorder.request(never, NO_ANSWER, Infinity);
  const seconds = secondsSince(begun);
  await play(baseUrl, closeLoad(prepared), around).catch((error: Error) => around.check(error.message, false));
  const facts = { seconds, settings: { durationSeconds, rate, users }, leftOut: around.leftOut };
  return report('load', settings, facts, { ...recorder.figures(), around: around.figures().checks });
}

function report(
  scenario: RunFacts['scenario'],
  { baseUrl }: RunSettings,
  facts: Pick<RunFacts, 'seconds' | 'settings' | 'leftOut'>,
  figures: Figures,
): Report {
  return makeReport({ scenario, runner: 'node', target: baseUrl, ...facts }, figures);
}

const secondsSince = (begun: number) => (performance.now() - begun) / 1000;
