import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { examplesOf, githubEvent, type Payload } from '../../../../test/github-examples.js';
import type { Fact } from '../fact.js';
import { UnreadableEventError } from '../translator.js';
import { createGithubTranslator } from './github.translator.js';

const translator = createGithubTranslator((bytes) => JSON.parse(bytes.toString()));
const translate = (type: string, body: Payload) => translator.translate(githubEvent(type, body));

const TYPES = [
  'check_run',
  'deployment',
  'deployment_status',
  'ping',
  'pull_request',
  'push',
  'workflow_job',
  'workflow_run',
];
const payloads = TYPES.flatMap((type) => examplesOf(type).map((payload): [string, Payload] => [type, payload]));

type Path = (string | number)[];

/** What no event is read for, and most of a payload: to change it would prove little. */
const UNREAD =
  /^(sender|organization|installation|enterprise|owner|repo|node_id|_links)$|(?<!html|log|target|environment|details)_url$/;

/** The way to every value in a payload that may be read. */
function pathsIn(value: Payload, path: Path = []): Path[] {
  if (UNREAD.test(String(path.at(-1) ?? ''))) return [];
  if (value === null || typeof value !== 'object') return [path];
  const below = Object.entries(value).flatMap(([key, part]) => pathsIn(part, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function changed(payload: Payload, path: Path, change: (parent: Payload, key: string | number) => unknown): Payload {
  const copy = structuredClone(payload);
  const parent = path.slice(0, -1).reduce((value, key) => value[key], copy);
  change(parent, path.at(-1) as string);
  return copy;
}

/** Every value in the facts is one that PostgreSQL takes, in the sizes that were promised. */
function expectStorable(value: unknown): void {
  if (value instanceof Date) {
    expect(value.getUTCFullYear()).toBeGreaterThanOrEqual(1970);
    expect(value.getUTCFullYear()).toBeLessThanOrEqual(9999);
  } else if (typeof value === 'string') {
    expect(value.includes('\0')).toBe(false);
    expect(value.isWellFormed()).toBe(true);
    expect(value.length).toBeLessThanOrEqual(2048);
  } else if (typeof value === 'number') {
    expect(Number.isSafeInteger(value)).toBe(true);
  } else if (value !== undefined) {
    Object.values(value as object).forEach(expectStorable);
  }
}

function expectFactsOrRefusal(type: string, body: Payload): void {
  let facts: Fact[];
  try {
    facts = translate(type, body);
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableEventError);
    expectStorable((error as Error).message);
    return;
  }
  expectStorable(facts);
}

const anyJson = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.constantFrom('\0', '\uD800', 'x\0\uDFFF'.repeat(2000), '+275760-09-13T00:00:00Z', '1969-12-31T23:59:59Z'),
  fc.constantFrom(-1, 0, 1.5, 2 ** 31, 2 ** 53, 1e300, 253402300800),
);
const anyExample = fc
  .constantFrom(...payloads)
  .chain(([type, payload]) =>
    fc.record({ type: fc.constant(type), payload: fc.constant(payload), path: fc.constantFrom(...pathsIn(payload)) }),
  );

describe('whatever comes, there are storable facts or an UnreadableEventError', () => {
  it('for any JSON', () => {
    fc.assert(fc.property(fc.constantFrom(...TYPES), fc.jsonValue(), (type, json) => expectFactsOrRefusal(type, json)));
  });

  it('for any bytes, as JSON or as a form', () => {
    const contentTypes = fc.constantFrom('application/json', 'application/x-www-form-urlencoded');
    fc.assert(
      fc.property(contentTypes, fc.uint8Array({ maxLength: 200 }), (contentType, bytes) => {
        const event = githubEvent('push', Buffer.concat([Buffer.from('payload='), bytes]), {
          'content-type': contentType,
        });
        expect(() => translator.translate(event)).toThrow(UnreadableEventError);
      }),
    );
  });

  it('for a real payload with one value replaced', () => {
    fc.assert(
      fc.property(anyExample, anyJson, ({ type, payload, path }, value) => {
        expectFactsOrRefusal(
          type,
          changed(payload, path, (parent, key) => (parent[key] = value)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('for a real payload with one field missing', () => {
    fc.assert(
      fc.property(anyExample, ({ type, payload, path }) => {
        expectFactsOrRefusal(type, changed(payload, path, Reflect.deleteProperty));
      }),
      { numRuns: 300 },
    );
  });

  it('for a real payload that was cut off', () => {
    fc.assert(
      fc.property(fc.constantFrom(...payloads), fc.double({ min: 0, max: 1, noNaN: true }), ([type, payload], part) => {
        const whole = Buffer.from(JSON.stringify(payload));
        const cut = whole.subarray(0, Math.floor(part * (whole.length - 1)));
        expect(() => translate(type, cut)).toThrow(UnreadableEventError);
      }),
    );
  });
});

it('reads every real payload with poison in its strings, cut to size', () => {
  const isWord = /^[a-z_]+$/;
  const isTime = /^\d{4}-\d\d-/;
  const poison = (value: Payload): Payload => {
    if (typeof value === 'string' && !isWord.test(value) && !isTime.test(value))
      return `${value}\0\uD800${'é'.repeat(600)}`;
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(poison);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, poison(part)]));
  };
  const sizes = (values: (string | undefined)[]) => Math.max(...values.map((value) => value?.length ?? 0));

  const facts = payloads.flatMap(([type, payload]) => translate(type, poison(payload)));

  expectStorable(facts);
  expect(sizes(facts.map((fact) => ('title' in fact ? fact.title : undefined)))).toBe(500);
  expect(sizes(facts.map((fact) => ('message' in fact ? fact.message : undefined)))).toBe(500);
  expect(sizes(facts.map((fact) => ('name' in fact ? fact.name : undefined)))).toBe(255);
  expect(sizes(facts.map((fact) => ('fullName' in fact ? fact.fullName : undefined)))).toBe(255);
  expect(sizes(facts.map((fact) => ('commitSha' in fact ? fact.commitSha : undefined)))).toBe(255);
  expect(sizes(facts.flatMap((fact) => ('steps' in fact ? (fact.steps ?? []).map(({ name }) => name) : [])))).toBe(255);
});

it.each([
  ['workflow_run', 'repository', 'id', 'repository.id: expected number'],
  ['workflow_run', 'repository', 'full_name', 'repository.full_name: expected string'],
  ['workflow_run', 'workflow_run', 'id', 'workflow_run.id: expected number'],
  ['workflow_run', 'workflow_run', 'workflow_id', 'workflow_run.workflow_id: expected number'],
  ['workflow_run', 'workflow_run', 'run_attempt', 'workflow_run.run_attempt: expected number'],
  ['workflow_run', 'workflow_run', 'updated_at', 'workflow_run.updated_at: expected a time'],
  ['workflow_job', 'workflow_job', 'run_id', 'workflow_job.run_id: expected number'],
  ['check_run', 'check_run', 'name', 'check_run.name: expected string'],
  ['deployment', 'deployment', 'environment', 'deployment.environment: expected string'],
  ['deployment_status', 'deployment_status', 'created_at', 'deployment_status.created_at: expected a time'],
  ['pull_request', 'pull_request', 'number', 'pull_request.number: expected number'],
])('names what %s lacks: %s.%s', (type, part, field, reason) => {
  const payload = examplesOf(type).at(-1);

  expect(() => translate(type, changed(payload, [part, field], Reflect.deleteProperty))).toThrow(
    new UnreadableEventError(reason),
  );
});

it('refuses a name of which nothing is left', () => {
  const payload = changed(
    examplesOf('deployment')[0],
    ['deployment', 'environment'],
    (parent, key) => (parent[key] = '\0'),
  );

  expect(() => translate('deployment', payload)).toThrow('deployment.environment: expected text');
});

it.each([[[]], [null], ['text'], [1]])('refuses the payload %j', (payload) => {
  for (const type of TYPES) expect(() => translate(type, payload)).toThrow('payload: expected object');
});

describe('a year outside 1970 to 9999', () => {
  const run = (times: Payload) => {
    const [payload] = examplesOf('workflow_run');
    return translate('workflow_run', { ...payload, workflow_run: { ...payload.workflow_run, ...times } });
  };

  it.each(['1969-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '1970-01-01T00:00:00+01:00'])(
    'is no time: %s is not said, and missed where it is needed',
    (time) => {
      expect(run({ created_at: time })).toContainEqual(expect.objectContaining({ queuedAt: undefined }));
      expect(() => run({ updated_at: time })).toThrow('workflow_run.updated_at: expected a time');
    },
  );

  it.each([253402300800, Number.MAX_SAFE_INTEGER, -1])('is no time either as %d seconds', (pushed_at) => {
    const [payload] = examplesOf('push');
    const withoutTimes = {
      ...payload,
      head_commit: null,
      repository: { ...payload.repository, updated_at: null, pushed_at },
    };

    expect(() => translate('push', withoutTimes)).toThrow('repository.pushed_at: expected a time');
  });

  it.each(['soon', '2026-02-30T00:00:00Z', '2026-01-01 00:00:00', '', true])('is not what %j is: not said', (time) => {
    expect(run({ created_at: time })).toContainEqual(expect.objectContaining({ queuedAt: undefined }));
  });
});

it('keeps only links to the web, whole', () => {
  const urlOf = (html_url: unknown) => {
    const [payload] = examplesOf('ping');
    const [fact] = translate('ping', { ...payload, repository: { ...payload.repository, html_url } });
    return (fact as { url?: string }).url;
  };
  const longest = `https://a.example/${'x'.repeat(2030)}`;

  expect(urlOf(longest)).toBe(longest);
  expect(urlOf('HTTP://a.example')).toBe('HTTP://a.example');
  for (const url of [
    `${longest}x`,
    'javascript:alert(1)',
    'ftp://a.example',
    'https://',
    'https://a b',
    'https://a:b:c',
    5,
    null,
  ]) {
    expect(urlOf(url)).toBeUndefined();
  }
});
