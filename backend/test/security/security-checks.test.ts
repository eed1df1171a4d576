import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasFailed, runChecks, summaryTable } from '../../../scripts/checks/check.js';
import { ROOT } from '../../../scripts/checks/command.js';
import { isAllowed, licencesVerdict } from '../../../scripts/security/licences.js';
import { auditVerdict, signaturesVerdict } from '../../../scripts/security/npm-audit.js';
import { bundledPackages } from '../../../scripts/security/production-packages.js';
import { countComponents } from '../../../scripts/security/sbom.js';
import { checkSecrets } from '../../../scripts/security/secrets.js';

const lenient = { required: false };
const strict = { required: true };

describe('npm audit', () => {
  const advised = (severity: string) =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: { lodash: { name: 'lodash', severity, range: '<4.17.21' } },
    });
  const clean = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {}, metadata: {} });
  // As npm 11 writes it where the registry takes no POST.
  const unanswered = JSON.stringify({
    message: '405 Method Not Allowed - POST https://r/advisories/bulk',
    statusCode: 405,
  });
  const judge = (text: string, policy = lenient) => auditVerdict(text, policy, ['high', 'critical']);

  it('SEC48 fails from high on, and names the package', () => {
    expect(judge(clean)).toMatchObject({ outcome: 'passed', summary: 'no known vulnerability' });
    expect(judge(advised('moderate'))).toMatchObject({ outcome: 'passed', summary: '1 moderate' });
    expect(judge(advised('high'))).toMatchObject({ outcome: 'failed', details: ['high: lodash <4.17.21'] });
    expect(judge(advised('critical')).outcome).toBe('failed');
    expect(auditVerdict(advised('critical'), lenient, []).outcome).toBe('passed');
  });

  it('SEC48 says that it could not be checked, which fails where it is required', () => {
    const summary = 'could not be checked: 405 Method Not Allowed - POST https://r/advisories/bulk';
    expect(judge(unanswered)).toEqual({ outcome: 'not run', summary });
    expect(judge(unanswered, strict)).toEqual({ outcome: 'failed', summary });
  });

  it.each(['', '{}', 'null', '<html>', '[]', '{"error":{"code":"ENOLOCK"}}'])('SEC48 never passes on %j', (text) => {
    expect(judge(text).outcome).toBe('not run');
    expect(judge(text, strict).outcome).toBe('failed');
    expect(signaturesVerdict(text, lenient).outcome).toBe('not run');
    expect(signaturesVerdict(text, strict).outcome).toBe('failed');
  });
});

it('SEC48 fails for signatures that are invalid or missing', () => {
  const [invalid, missing] = [
    { name: 'a', version: '1.0.0', code: 'EINTEGRITYSIGNATURE' },
    { name: 'b', version: '2.0.0' },
  ];
  const judge = (answer: object) => signaturesVerdict(JSON.stringify(answer), lenient);

  expect(judge({ invalid: [], missing: [] }).outcome).toBe('passed');
  expect(judge({ invalid: [invalid], missing: [] })).toMatchObject({
    outcome: 'failed',
    details: ['invalid: a@1.0.0 EINTEGRITYSIGNATURE'],
  });
  expect(judge({ invalid: [], missing: [missing] })).toMatchObject({
    outcome: 'failed',
    details: ['missing: b@2.0.0'],
  });
  expect(judge({ error: { code: 'ENOTFOUND', summary: 'getaddrinfo\nENOTFOUND' } })).toEqual({
    outcome: 'not run',
    summary: 'could not be checked: getaddrinfo',
  });
});

describe('licences', () => {
  const allowed = ['MIT', 'ISC', 'Apache-2.0'];

  it.each(['MIT', '(MIT OR GPL-3.0-only)', '(MIT AND ISC)', 'MIT and ISC', ['MIT', 'ISC']])('allow %j', (licences) => {
    expect(isAllowed(licences, allowed)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'UNKNOWN',
    'MIT*',
    'GPL-3.0-only',
    '(MIT AND GPL-3.0-only)',
    ['MIT', 'MPL-2.0'],
    'MIT OR ISC AND GPL-3.0-only',
  ])('refuse %j', (licences) => expect(isAllowed(licences, allowed)).toBe(false));

  it('fail by name for a production package, and for an exception that nothing needs', () => {
    const report = {
      'a@1.0.0': { licenses: 'MIT' },
      '@b/c@2.0.0': { licenses: 'GPL-3.0' },
      'tool@1.0.0': { licenses: 'GPL-3.0' },
    };
    const judge = (exceptions: Record<string, string>) =>
      licencesVerdict(report, new Set(['a@1.0.0', '@b/c@2.0.0']), { allowed, exceptions });

    expect(judge({})).toMatchObject({ outcome: 'failed', details: ['@b/c@2.0.0: GPL-3.0 is not allowed'] });
    expect(judge({ '@b/c': 'why' })).toMatchObject({ outcome: 'passed', details: [] });
    expect(judge({ '@b/c': 'why', tool: 'why' }).outcome).toBe('failed');
    expect(() => licencesVerdict(report, new Set(), { allowed, exceptions: {} })).toThrow();
  });

  it('count what is built into the pages as production', () => {
    const packages = {
      'frontend/node_modules/chart': { version: '2.0.0', dev: true, dependencies: { lines: '1', '@a/b': '1' } },
      'frontend/node_modules/chart/node_modules/lines': { version: '1.1.0', dev: true },
      'node_modules/chart': { version: '1.0.0', dev: true },
      'node_modules/lines': { version: '1.0.0', dev: true },
      'node_modules/@a/b': { version: '3.0.0', dev: true, dependencies: { chart: '1' } },
      'node_modules/vite': { version: '8.0.0', dev: true },
    };
    expect([...bundledPackages({ packages }, ['chart', '#lib'])].sort()).toEqual([
      '@a/b@3.0.0',
      'chart@2.0.0',
      'lines@1.1.0',
    ]);
  });
});

it('SEC47 takes no SBOM that names nothing', () => {
  const bom = (components: unknown) => JSON.stringify({ bomFormat: 'CycloneDX', components });

  expect(countComponents(bom([{ name: 'express', version: '5.3.0' }]))).toBe(1);
  for (const text of [bom([]), bom(undefined), bom([{ name: 'express' }]), '{}', '']) {
    expect(() => countComponents(text)).toThrow();
  }
});

describe('secrets', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-secrets-'));
    for (const file of ['.secretlintrc.json', '.gitignore']) await copyFile(join(ROOT, file), join(folder, file));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await mkdir(join(folder, 'src'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const planted = {
    'a GitHub token': `ghp_${randomBytes(18).toString('hex')}`,
    'the address of a database': `postgres://app:${randomBytes(9).toString('hex')}@db.internal/pitwall`,
    'a private key': generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  };

  it.each(Object.entries(planted))('are found: %s, without being shown', async (_, secret) => {
    await writeFile(join(folder, 'src/config.ts'), `export const it = \`${secret}\`;\n`);

    const { outcome, details = [] } = await checkSecrets(folder);

    expect({ outcome, findings: details.length }).toEqual({ outcome: 'failed', findings: 1 });
    expect(details[0]).toMatch(/^src\/config\.ts:1 /);
    expect(details[0]).not.toContain(secret);
  });
});

it('says for each check how it went, and fails for one that broke', async () => {
  const lines: string[] = [];
  const results = await runChecks(
    [
      { name: 'one', run: async () => ({ outcome: 'passed', summary: 'fine' }) },
      { name: 'two', run: async () => ({ outcome: 'not run', summary: 'no answer', details: ['a detail'] }) },
    ],
    (line) => lines.push(line),
  );
  expect(hasFailed(results)).toBe(false);
  expect(lines).toContain('  a detail');

  const broken = await runChecks(
    [{ name: 'three', run: () => Promise.reject(new Error('no such file')) }],
    () => undefined,
  );
  expect(hasFailed(broken)).toBe(true);
  expect(summaryTable([...results, ...broken])).toMatch(
    /one {4}passed .* s {2}fine\ntwo {4}not run .* no answer\nthree {2}failed .* broke: no such file\n\n1 passed, 1 not run, 1 failed$/,
  );
});
