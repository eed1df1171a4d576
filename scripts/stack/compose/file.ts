import type { Verdict } from '../../checks/check.js';
import { accessRules } from './access-rules.js';
import { breakageCount, unbroken, unnoticed } from './breakages.js';
import { MissingVariableError } from './interpolate.js';
import { lifecycleRules } from './lifecycle-rules.js';
import { COMPOSE_FILE, readCompose } from './model.js';
import { AJV_VERSION, schemaFaults } from './schema.js';
import { secretRules } from './secret-rules.js';

const RULES = [...lifecycleRules, ...accessRules, ...secretRules];

/** What `make stack-secrets` leaves in .env, and nothing else. */
export const DEFAULT_VARIABLES = { PITWALL_SECRETS: './.secrets' };
/** What .env may say otherwise. */
const OPENED = { ...DEFAULT_VARIABLES, PITWALL_ADDRESS: '0.0.0.0', PITWALL_HTTPS_PORT: '443', PITWALL_HTTP_PORT: '80' };

/** The file is valid, keeps the rules, and says what to do where there are no secrets yet. */
export async function checkComposeFile(): Promise<Verdict> {
  const model = await readCompose(DEFAULT_VARIABLES);
  const opened = await readCompose(OPENED);
  const details = [
    ...schemaFaults(model),
    ...(schemaFaults({ ...model, services: { x: { imagee: 'x' } } }).length > 0 ? [] : ['the schema takes anything']),
    ...[...new Set([model, opened].flatMap((one) => RULES.flatMap((rule) => rule.faults(one))))],
    ...unnoticed(model, RULES),
    ...unbroken(model, RULES),
    ...(await adviceFaults()),
  ];
  const services = Object.keys(model.services).length;
  const summary = [
    `${services} services of ${COMPOSE_FILE}`,
    `the schema of the Compose Specification (ajv ${AJV_VERSION}, its copy of 2021 and what came since)`,
    `${RULES.length} rules, held against ${breakageCount} faults put in`,
  ].join('; ');
  return { outcome: details.length > 0 ? 'failed' : 'passed', summary, details };
}

async function adviceFaults(): Promise<string[]> {
  try {
    await readCompose({});
  } catch (error) {
    if (!(error instanceof MissingVariableError)) throw error;
    return error.message.includes('make stack-secrets') ? [] : [`without secrets it says: ${error.message}`];
  }
  return ['without PITWALL_SECRETS it goes on'];
}
