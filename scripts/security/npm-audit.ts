import type { Verdict } from '../checks/check.js';
import { runCommand } from '../checks/command.js';

const FAILING = ['high', 'critical'] as const;
const SEVERITIES = ['info', 'low', 'moderate', ...FAILING] as const;
type Severity = (typeof SEVERITIES)[number];

export interface AuditPolicy {
  /** No answer counts as a failure: for where there is a network. */
  required: boolean;
}

/** What `npm audit --json` writes (auditReportVersion 2), or what it writes where the registry does not answer. */
interface AuditAnswer {
  auditReportVersion?: unknown;
  vulnerabilities?: Record<string, { severity: Severity; range?: string }>;
  message?: string;
  error?: { summary?: string; code?: string };
}

/** What `npm audit signatures --json` writes: `EINTEGRITYSIGNATURE` or `EATTESTATIONVERIFY` where one is invalid. */
interface SignaturesAnswer {
  invalid?: { name: string; version: string; code?: string }[];
  missing?: { name: string; version: string }[];
  error?: { summary?: string; code?: string };
}

/** Known vulnerabilities of what is in production; `checkDevelopmentAudit` has the others. */
export async function checkProductionAudit(policy: AuditPolicy): Promise<Verdict> {
  return auditVerdict(await npmJson('audit', '--omit=dev'), policy, FAILING);
}

/** Known vulnerabilities of everything, the tools included: reported, and no failure, since they never meet a request. */
export async function checkDevelopmentAudit(policy: AuditPolicy): Promise<Verdict> {
  return auditVerdict(await npmJson('audit'), policy, []);
}

/** Whether the registry signed what is in the lock file, and what was published with provenance was built as it says. */
export async function checkSignatures(policy: AuditPolicy): Promise<Verdict> {
  return signaturesVerdict(await npmJson('audit', 'signatures'), policy);
}

async function npmJson(...args: string[]): Promise<string> {
  const { stdout, stderr } = await runCommand('npm', [...args, '--json', '--fetch-retries=0'], { timeoutMs: 120_000 });
  return stdout.trim() === '' ? JSON.stringify({ error: { summary: stderr.trim() || 'npm said nothing' } }) : stdout;
}

export function auditVerdict(text: string, policy: AuditPolicy, failing: readonly Severity[]): Verdict {
  const { auditReportVersion, vulnerabilities, message, error } = parse(text) as AuditAnswer;
  if (auditReportVersion === undefined || !vulnerabilities) {
    return unanswered(message || error?.summary || error?.code, policy);
  }
  const found = Object.entries(vulnerabilities);
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: found.filter(([, vulnerability]) => vulnerability.severity === severity).length,
  })).filter(({ count }) => count > 0);
  return {
    outcome: counts.some(({ severity }) => failing.includes(severity)) ? 'failed' : 'passed',
    summary: counts.map(({ severity, count }) => `${count} ${severity}`).join(', ') || 'no known vulnerability',
    details: found.map(([name, { severity, range }]) => `${severity}: ${name} ${range ?? ''}`.trimEnd()),
  };
}

export function signaturesVerdict(text: string, policy: AuditPolicy): Verdict {
  const { invalid, missing, error } = parse(text) as SignaturesAnswer;
  if (!Array.isArray(invalid) || !Array.isArray(missing)) return unanswered(error?.summary || error?.code, policy);
  return {
    outcome: invalid.length + missing.length > 0 ? 'failed' : 'passed',
    summary: `${invalid.length} invalid and ${missing.length} missing signatures`,
    details: [
      ...invalid.map(({ name, version, code }) => `invalid: ${name}@${version} ${code ?? ''}`.trimEnd()),
      ...missing.map(({ name, version }) => `missing: ${name}@${version}`),
    ],
  };
}

function unanswered(reason: string | undefined, { required }: AuditPolicy): Verdict {
  const summary = `could not be checked: ${reason?.split('\n')[0] || 'npm did not say why'}`;
  return { outcome: required ? 'failed' : 'not run', summary };
}

function parse(text: string): object {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return { message: `npm answered no JSON: ${text.slice(0, 200)}`, error: { summary: 'npm answered no JSON' } };
  }
}
