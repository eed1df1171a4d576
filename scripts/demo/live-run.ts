import { examplesOf, type Payload } from './examples.js';

/** Something that GitHub would send, so many seconds after the run was asked for. */
export interface Moment {
  second: number;
  event: 'workflow_run' | 'workflow_job';
  payload: Payload;
}

interface JobScript {
  name: string;
  queued: number;
  started: number;
  /** When each of its steps ends; the job ends with the last. */
  steps: [name: string, ends: number][];
}

const JOBS: JobScript[] = [
  {
    name: 'lint',
    queued: 0,
    started: 3,
    steps: [
      ['Set up job', 4],
      ['Run actions/checkout@v4', 5],
      ['Run npm ci', 7],
      ['Run npm run lint', 9],
    ],
  },
  {
    name: 'test',
    queued: 0,
    started: 4,
    steps: [
      ['Set up job', 5],
      ['Run actions/checkout@v4', 6],
      ['Run npm ci', 8],
      ['Run npm test', 12],
    ],
  },
  {
    name: 'package',
    queued: 12,
    started: 14,
    steps: [
      ['Set up job', 15],
      ['Run actions/checkout@v4', 16],
      ['Run npm run build', 18],
      ['Upload artifact', 19],
    ],
  },
];
const RUN = { started: 3, finished: 20 };
const MINUTE_MS = 60_000;

/** A run of three jobs that begins at `start`, as the deliveries GitHub would make of it, in order. */
export function liveRun(start: Date): { url: string; repository: string; moments: Moment[] } {
  const script = new LiveRunScript(start);
  const moments = [script.run(0, 'requested'), ...JOBS.flatMap((job, index) => script.job(job, index))];
  moments.push(script.run(RUN.started, 'in_progress'), script.run(RUN.finished, 'completed'));
  // Of the same second, the run's comes first.
  moments.sort((a, b) => a.second - b.second || b.event.localeCompare(a.event));
  return { url: script.url, repository: script.repository, moments };
}

class LiveRunScript {
  private readonly runExample = exampleWith('workflow_run', ({ action }) => action === 'requested');
  private readonly jobExample = exampleWith('workflow_job', ({ action }) => action === 'completed');
  /** Far above the ids of the examples, and new for each start. */
  private readonly id: number;

  constructor(private readonly start: Date) {
    this.id = start.getTime();
  }

  get repository(): string {
    return this.runExample.repository?.full_name ?? '';
  }

  get url(): string {
    return `https://github.com/${this.repository}/actions/runs/${this.id}`;
  }

  run(second: number, action: 'requested' | 'in_progress' | 'completed'): Moment {
    const { workflow_run: example, ...rest } = structuredClone(this.runExample);
    const workflowRun = {
      ...example,
      ...this.about(),
      id: this.id,
      run_number: Math.floor(this.id / MINUTE_MS) % 100_000,
      run_attempt: 1,
      status: action === 'requested' ? 'queued' : action,
      conclusion: action === 'completed' ? 'success' : null,
      event: 'push',
      display_title: 'Show a run while it is under way',
      html_url: this.url,
      created_at: this.time(0),
      run_started_at: this.time(second === 0 ? 0 : RUN.started),
      updated_at: this.time(second),
    };
    return { second, event: 'workflow_run', payload: { ...rest, action, workflow_run: workflowRun } };
  }

  job(job: JobScript, index: number): Moment[] {
    const finished = job.steps.at(-1)?.[1] ?? job.started;
    // GitHub tells of a job when it is queued, started and completed. Here of each step too, so that it is seen to move.
    const seconds = [job.queued, job.started, ...job.steps.map(([, ends]) => ends)];
    return seconds.map((second) => {
      const action = second === finished ? 'completed' : second < job.started ? 'queued' : 'in_progress';
      return { second, event: 'workflow_job', payload: this.jobPayload(job, index, second, action) };
    });
  }

  private jobPayload(job: JobScript, index: number, second: number, action: string): Payload {
    const { workflow_job: example, ...rest } = structuredClone(this.jobExample);
    const started = action !== 'queued';
    const workflowJob = {
      ...example,
      ...this.about(),
      id: this.id + 1 + index,
      run_id: this.id,
      run_attempt: 1,
      name: job.name,
      status: action,
      conclusion: action === 'completed' ? 'success' : null,
      html_url: `${this.url}/job/${this.id + 1 + index}`,
      created_at: this.time(job.queued),
      started_at: this.time(started ? job.started : job.queued),
      completed_at: action === 'completed' ? this.time(second) : null,
      steps: started ? this.steps(job, second) : [],
      runner_id: started ? index + 1 : null,
      runner_name: started ? `GitHub Actions ${index + 1}` : null,
    };
    // The examples come from different repositories; the run and its jobs must be of one.
    const { repository } = this.runExample;
    return { ...rest, ...(repository && { repository }), action, workflow_job: workflowJob };
  }

  private steps(job: JobScript, second: number) {
    return job.steps.map(([name, ends], index) => {
      const begins = job.steps[index - 1]?.[1] ?? job.started;
      const status = ends <= second ? 'completed' : begins <= second ? 'in_progress' : 'queued';
      return {
        name,
        number: index + 1,
        status,
        conclusion: status === 'completed' ? 'success' : null,
        started_at: status === 'queued' ? null : this.time(begins),
        completed_at: status === 'completed' ? this.time(ends) : null,
      };
    });
  }

  private about() {
    return { head_branch: 'main', head_sha: this.id.toString(16).padStart(40, '0') };
  }

  private time(second: number): string {
    return new Date(this.start.getTime() + second * 1000).toISOString();
  }
}

function exampleWith(event: string, fits: (payload: Payload) => boolean): Payload {
  const example = examplesOf(event).find(fits);
  if (!example) throw new Error(`@octokit/webhooks-examples has no such ${event}.`);
  return example;
}
