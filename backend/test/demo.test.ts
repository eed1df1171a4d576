import { describe, expect, it } from '@jest/globals';
import { exampleDeliveries } from '../../scripts/demo/examples.js';
import { liveRun } from '../../scripts/demo/live-run.js';
import { demoSource } from '../../scripts/demo/source.js';
import { PitwallError } from '../../scripts/pitwall-client.js';
import type { PipelineRunFact, TaskRunFact } from '../src/features/projector/fact.js';
import { parseJson } from '../src/http/json.js';
import { createGithubTranslator } from '../src/features/projector/github/github.translator.js';
import { githubEvent } from './github-examples.js';

describe('the examples', () => {
  it('have each an id of their own, the same every time', () => {
    const ids = exampleDeliveries().map(({ id }) => id);

    expect(ids.length).toBeGreaterThanOrEqual(70);
    expect(new Set(ids).size).toBe(ids.length);
    expect(exampleDeliveries().map(({ id }) => id)).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});

describe('the live run', () => {
  const translator = createGithubTranslator(parseJson);
  const { moments } = liveRun(new Date('2026-11-20T12:00:00Z'));
  const facts = moments.flatMap(({ event, payload }) => translator.translate(githubEvent(event, payload)));
  const runFacts = facts.filter((fact): fact is PipelineRunFact => fact.subject === 'pipelineRun');
  const jobFacts = facts.filter((fact): fact is TaskRunFact => fact.subject === 'taskRun');

  it('is one run of three jobs that move from queued over running to succeeded', () => {
    const jobs = Map.groupBy(jobFacts, ({ name }) => name);

    expect(new Set([...runFacts, ...jobFacts].map(({ run }) => run)).size).toBe(1);
    expect([...jobs.keys()].sort()).toEqual(['lint', 'package', 'test']);
    for (const ofJob of jobs.values()) {
      expect([...new Set(ofJob.map(({ status }) => status))]).toEqual(['queued', 'running', 'succeeded']);
    }
    expect(runFacts[0]?.status).toBe('queued');
    expect(runFacts.at(-1)?.status).toBe('succeeded');
  });

  it('takes 20 seconds, in the order of time', () => {
    const seconds = moments.map(({ second }) => second);

    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(runFacts.at(-1)?.finishedAt).toEqual(new Date('2026-11-20T12:00:20Z'));
    expect(jobFacts.at(-1)?.steps?.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
  });
});

describe('the source of the demo', () => {
  it('is made where there is none', async () => {
    const pitwall = fakePitwall({});

    expect(await demoSource(pitwall.client, 'demo')).toEqual({ name: 'demo', secret: 'made' });
  });

  it('gets a new secret where it is there', async () => {
    const listed = ['other', 'demo'].map((name, index) => ({ id: String(index), name, kind: 'github' }));
    const pitwall = fakePitwall({ listed });

    expect(await demoSource(pitwall.client, 'demo')).toEqual({ name: 'demo', secret: 'rotated 1' });
  });

  it('takes the next name where the first was deleted, and the one after where that is of another kind', async () => {
    const pitwall = fakePitwall({ taken: ['demo'], listed: [{ id: '2', name: 'demo-2', kind: 'records' }] });

    expect(await demoSource(pitwall.client, 'demo')).toEqual({ name: 'demo-3', secret: 'made' });
  });
});

function fakePitwall({
  listed = [],
  taken = [],
}: {
  listed?: { id: string; name: string; kind: string }[];
  taken?: string[];
}) {
  const answer = (path: string, body: string | undefined): unknown => {
    if (path.startsWith('/sources?')) {
      // A page for each, as a long list would come.
      const at = Number(/cursor=(\d+)/.exec(path)?.[1] ?? 0);
      return { items: listed.slice(at, at + 1), nextCursor: at + 1 < listed.length ? String(at + 1) : null };
    }
    const rotated = /^\/sources\/(\w+)\/rotate-secret$/.exec(path)?.[1];
    if (rotated) return { name: listed.find(({ id }) => id === rotated)?.name, secret: `rotated ${rotated}` };
    const { name } = JSON.parse(body ?? '{}') as { name: string };
    if (taken.includes(name)) throw new PitwallError(409, 'There is, or was, such a source.');
    return { name, secret: 'made' };
  };
  const request = async <T>(path: string, { body }: { body?: string } = {}) => answer(path, body) as T;
  return { client: { request } };
}
