import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../checks/check.js';
import { runCommand } from '../../checks/command.js';
import { Findings } from './findings.js';
import type { Stage } from './stage.js';

interface Finding {
  id: string;
  severity: string;
  finding: string;
}

/** What testssl.sh says of the certificate, which is made here; of a real one, whoever issues it is the one to ask. */
const OF_THE_CERTIFICATE = /^(cert_|DNS_CAArecord|OCSP_stapling|overall_grade|grade_cap)/;
/** What is as it is on purpose. */
const ACCEPTED: Readonly<Record<string, string>> = {
  cipher_order: 'all that are offered are strong, and the client knows which is fast for it (Mozilla, tls.conf)',
  BREACH: 'only files are compressed, which are the same for everybody (server-tls.conf)',
  engine_problem: 'of the openssl that testssl.sh runs with',
};
const HARMLESS = new Set(['OK', 'INFO']);
const TIMEOUT_MS = 420_000;
/** Of a run that was cut short, fewer. */
const FEWEST_FINDINGS = 100;

/** SEC41: not even what testssl.sh counts as LOW. */
export async function checkTls(stage: Stage): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-testssl-'));
  const file = join(folder, 'findings.json');
  try {
    const { code, stdout, stderr } = await runCommand(
      'testssl',
      [
        ...['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '--ip', '127.0.0.1'],
        ...['--add-ca', stage.edge.authorityFile, '--jsonfile', file, `localhost:${stage.edge.ports.tls}`],
      ],
      { timeoutMs: TIMEOUT_MS },
    );
    if (code === null) throw new Error(`testssl.sh did not come to its end: ${(stdout + stderr).slice(-500)}`);
    return judge(JSON.parse(await readFile(file, 'utf8')) as Finding[], stage);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(all: Finding[], stage: Stage): Verdict {
  const findings = new Findings();
  const ours = all.filter(({ id }) => !OF_THE_CERTIFICATE.test(id));
  findings.expect(ours.length >= FEWEST_FINDINGS, `testssl.sh looked at ${ours.length} things only`);
  for (const { id, severity, finding } of ours) {
    findings.expect(HARMLESS.has(severity) || id in ACCEPTED, `${severity} ${id}: ${finding}`);
  }
  const above = ours.filter(({ severity }) => !HARMLESS.has(severity)).map(({ id }) => id);
  const accepted = above.filter((id) => id in ACCEPTED).join(', ') || 'nothing';
  return findings.verdict(
    `testssl.sh, ${stage.edge.program}: ${ours.length} findings, none that counts but ${accepted} (accepted in tls.ts)`,
  );
}
