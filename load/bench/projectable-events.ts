import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { NewEvent } from '../../backend/src/features/event-log/event.js';

export const RECORD_SOURCE = 'bench';

const PIPELINES = 50;
const JOBS = 2;
const STEPS = 3;
const START = Date.UTC(2026, 9, 1);

const iso = (time: number) => new Date(time).toISOString();

/** Two records a run: that it runs, and that it ended, then with its jobs and their steps. */
export function* recordEvents(count: number, sourceId: string, round: number): Iterable<NewEvent> {
  for (let at = 0; at < count; at++) {
    const run = at >> 1;
    const started = START + run * 1000;
    const ended = at % 2 === 1;
    const data = {
      pipeline: `pipeline-${run % PIPELINES}`,
      repository: `acme/service-${run % PIPELINES}`,
      run_id: `${round}-${run}`,
      status: ended ? 'succeeded' : 'running',
      number: run,
      title: 'Change a thing for the better',
      trigger: 'push',
      branch: 'main',
      commit: '0c5e2f9a7d1b4c3e8f60a1b2c3d4e5f607182930',
      actor: 'octocat',
      url: `https://ci.example.com/runs/${run}`,
      queued_at: iso(started - 5_000),
      started_at: iso(started),
      ...(ended && { finished_at: iso(started + 300_000), jobs: jobsOf(started) }),
    };
    const body = Buffer.from(JSON.stringify({ type: 'pipeline_run', source: RECORD_SOURCE, data }));
    yield newEvent(sourceId, 'records', 'pipeline_run', at, body, null);
  }
}

function jobsOf(started: number) {
  return Array.from({ length: JOBS }, (_job, job) => ({
    name: `job-${job}`,
    status: 'succeeded',
    queued_at: iso(started),
    started_at: iso(started + 1_000),
    finished_at: iso(started + 200_000),
    runner_name: 'runner-1',
    steps: Array.from({ length: STEPS }, (_step, step) => ({
      name: `step-${step}`,
      status: 'succeeded',
      started_at: iso(started + 1_000 + step * 10_000),
      finished_at: iso(started + 11_000 + step * 10_000),
    })),
  }));
}

interface Payload {
  action?: string;
  workflow_run?: object;
  workflow_job?: object;
}

const RUN_ACTIONS = ['requested', 'in_progress', 'completed'] as const;
const JOB_ACTIONS = ['queued', 'in_progress', 'completed'] as const;
const PER_RUN = RUN_ACTIONS.length + JOBS * JOB_ACTIONS.length;

/** What GitHub sends of a run with two jobs: nine webhooks of 7 to 20 kB. */
export function* webhookEvents(count: number, sourceId: string, round: number): Iterable<NewEvent> {
  const runs = examples('workflow_run');
  const jobs = examples('workflow_job');
  for (let at = 0; at < count; at++) {
    const run = Math.floor(at / PER_RUN);
    const step = at % PER_RUN;
    const started = START + run * 1000;
    const runId = 9_000_000_000 + round * 10_000_000 + run;
    const ofRun = step < 2 || step === PER_RUN - 1;
    const phase = ofRun ? Math.min(step, 2) : (step - 2) % JOB_ACTIONS.length;
    const times = { created_at: iso(started), updated_at: iso(started + phase * 60_000) };
    const status = ['queued', 'in_progress', 'completed'][phase] as string;
    const conclusion = phase === 2 ? 'success' : null;
    let type: string;
    let payload: object;
    if (ofRun) {
      type = 'workflow_run';
      const example = runs('requested');
      const part = { id: runId, run_number: run, status, conclusion, run_started_at: iso(started), ...times };
      payload = {
        ...example,
        action: RUN_ACTIONS[phase],
        workflow_run: { ...example.workflow_run, ...part },
      };
    } else {
      type = 'workflow_job';
      const example = jobs(JOB_ACTIONS[phase] as string);
      const id = runId * 10 + Math.floor((step - 2) / JOB_ACTIONS.length);
      const span = { started_at: iso(started + 1_000), completed_at: phase === 2 ? iso(started + 60_000) : null };
      const part = { id, run_id: runId, status, conclusion, ...span };
      payload = { ...example, workflow_job: { ...example.workflow_job, ...part } };
    }
    const headers = { 'content-type': 'application/json', 'x-github-event': type, 'x-github-delivery': randomUUID() };
    yield newEvent(sourceId, 'github', type, at, Buffer.from(JSON.stringify(payload)), JSON.stringify(headers));
  }
}

/** The first example of each action. */
function examples(type: string): (action: string) => Payload {
  const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as { name: string; examples: Payload[] }[];
  const ofType = all.find(({ name }) => name === type)?.examples ?? [];
  return (action) => {
    const example = ofType.find((one) => one.action === action);
    if (!example) throw new Error(`There is no example of ${type} ${action}.`);
    return example;
  };
}

function newEvent(
  sourceId: string,
  kind: NewEvent['kind'],
  type: string,
  at: number,
  body: Buffer,
  headers: string | null,
): NewEvent {
  const deliveryKey = randomUUID();
  return { id: randomUUID(), sourceId, kind, deliveryKey, type, receivedAt: new Date(START + at), headers, body };
}
