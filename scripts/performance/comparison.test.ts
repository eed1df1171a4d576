import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, isRegression, median, summaryOf } from './comparison.js';
import { pageFigures } from './lighthouse.js';
import { loadFigures } from './load-result.js';

const runs = (name: string, ...values: number[]) => values.map((value) => ({ name, value }));
const verdict = (name: string, base: number[], head: number[]) =>
  compare(runs(name, ...base), runs(name, ...head)).figures[0]?.verdict;

void test('the median of an even number of runs lies between the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 100, 2]), 3);
  assert.throws(() => median([]), /nothing/);
});

void test('one slow run is no regression, most runs slow is one', () => {
  assert.equal(verdict('load p50 GET', [20, 21, 22], [20, 22, 400]), 'same');
  assert.equal(verdict('load p50 GET', [20, 21, 22], [20, 380, 400]), 'worse');
});

void test('a ratio beyond the bound does not count while the difference is small', () => {
  assert.equal(verdict('load p50 GET', [2], [5]), 'same');
  assert.equal(verdict('load p50 GET', [2], [8]), 'worse');
});

void test('a difference that is large does not count while the ratio is within the bound', () => {
  assert.equal(verdict('page largest paint /', [2000], [2400]), 'same');
  assert.equal(verdict('page largest paint /', [2000], [2500]), 'worse');
});

void test('a score is worse when it is lower', () => {
  assert.equal(verdict('page score /', [99], [80]), 'worse');
  assert.equal(verdict('page score /', [80], [99]), 'better');
});

void test('something beside nothing is worse, nothing beside nothing is the same', () => {
  assert.equal(verdict('page shift /', [0], [0.3]), 'worse');
  assert.equal(verdict('page shift /', [0], [0]), 'same');
});

void test('what only one side has is named, and judged by nobody', () => {
  const comparison = compare(runs('load p50 old', 1), runs('load p50 new', 900));

  assert.deepEqual(comparison.unpaired, ['load p50 new', 'load p50 old']);
  assert.equal(isRegression(comparison), false);
});

void test('the summary begins with what is worse', () => {
  const comparison = compare(
    [...runs('load p50 a', 10), ...runs('load p50 b', 10)],
    [...runs('load p50 a', 10), ...runs('load p50 b', 100)],
  );

  assert.equal(isRegression(comparison), true);
  const rows = summaryOf(comparison)
    .split('\n')
    .filter((line) => line.startsWith('| load'));
  assert.deepEqual(rows, [
    '| load p50 b | 10 ms | 100 ms | 10.00 | 1.5 and 5 ms | worse |',
    '| load p50 a | 10 ms | 10 ms | 1.00 | 1.5 and 5 ms |  |',
  ]);
});

void test('a figure that nothing says how to judge is an error, not a pass', () => {
  assert.throws(() => compare(runs('memory', 1), runs('memory', 1)), /how to judge memory/);
});

const request = (name: string, count: number) => ({ name, count, latencyMs: { p50: 3, p95: 9 } });
const report = { format: 1, scenario: 'load', requests: [request('GET runs', 360)], total: request('all', 600) };

void test('a report of load gives a percentile where enough answers lie beyond it', () => {
  const requests = [...report.requests, request('hand in', 150), request('sign in', 19)];

  assert.deepEqual(
    loadFigures({ ...report, requests }).map(({ name, value }) => `${name}: ${value}`),
    ['load p50 all: 3', 'load p95 all: 9', 'load p50 GET runs: 3', 'load p95 GET runs: 9', 'load p50 hand in: 3'],
  );
});

void test('a report that cannot be read is an error, not a pass', () => {
  assert.throws(() => loadFigures({ ...report, format: 2 }), /format 1/);
  assert.throws(() => loadFigures({ ...report, total: request('all', 3) }), /sent 3 requests/);
  const unanswered = { name: 'GET runs', count: 600, latencyMs: { p50: 3, p95: null } };
  assert.throws(() => loadFigures({ ...report, requests: [unanswered] }), /not answered/);
});

void test('a page that was not measured is an error, not a pass', () => {
  const page = { categories: { performance: { score: 0.9 } }, audits: {} };

  assert.throws(() => pageFigures({ ...page, runtimeError: { message: 'NO_FCP' } }, '/'), /NO_FCP/);
  assert.throws(() => pageFigures({ ...page, categories: { performance: { score: null } } }, '/'), /no score/);
  assert.throws(() => pageFigures(page, '/'), /first-contentful-paint/);
});
