/**
 * Looks for what is known to be unsafe in the sources and in what they depend on; ends with 1 where something is.
 * `SECURITY_REQUIRE_AUDIT=true`, for where there is a network, also fails where npm's registry does not answer.
 */
import { hasFailed, runChecks, summaryTable, type Check } from '../checks/check.js';
import { checkLicences } from './licences.js';
import { checkLint, checkShell } from './lint.js';
import { checkDevelopmentAudit, checkProductionAudit, checkSignatures } from './npm-audit.js';
import { writeSbom } from './sbom.js';
import { checkSecrets } from './secrets.js';

const policy = { required: process.env.SECURITY_REQUIRE_AUDIT === 'true' };

const checks: Check[] = [
  { name: 'secrets (secretlint)', run: checkSecrets },
  { name: 'source (ESLint)', run: checkLint },
  { name: 'shell (ShellCheck)', programs: ['shellcheck'], run: checkShell },
  { name: 'licences (license-checker)', run: checkLicences },
  { name: 'vulnerabilities, production (npm audit)', run: () => checkProductionAudit(policy) },
  { name: 'vulnerabilities, development (npm audit)', run: () => checkDevelopmentAudit(policy) },
  { name: 'signatures (npm audit signatures)', run: () => checkSignatures(policy) },
  { name: 'SBOM (npm sbom)', run: writeSbom },
];

const results = await runChecks(checks, (line) => console.log(line));
console.log(summaryTable(results));
process.exitCode = hasFailed(results) ? 1 : 0;
