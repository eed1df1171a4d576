import type { Fact } from '../fact.js';
import type { Translator } from '../translator.js';
import { payloadOf } from './body.js';
import { checkRunFacts } from './check-run.js';
import { deploymentFacts, deploymentStatusFacts } from './deployment.js';
import { pingFacts } from './ping.js';
import { pullRequestFacts } from './pull-request.js';
import { pushFacts } from './push.js';
import { workflowJobFacts } from './workflow-job.js';
import { workflowRunFacts } from './workflow-run.js';

/** By the name in `X-GitHub-Event`. */
const factsOf: ReadonlyMap<string, (payload: unknown, receivedAt: Date) => Fact[]> = new Map([
  ['check_run', checkRunFacts],
  ['deployment', deploymentFacts],
  ['deployment_status', deploymentStatusFacts],
  ['ping', pingFacts],
  ['pull_request', pullRequestFacts],
  ['push', pushFacts],
  ['workflow_job', workflowJobFacts],
  ['workflow_run', workflowRunFacts],
]);

/**
 * Reads GitHub's webhooks. `parseJson` gets UTF-8 and throws an `Error` whose message is the reason when the bytes are not
 * JSON, or nest too deep; that becomes an `UnreadableEventError` like every other fault of a payload.
 */
export function createGithubTranslator(parseJson: (bytes: Buffer) => unknown): Translator {
  return {
    types: new Set(factsOf.keys()),
    translate: (event) => factsOf.get(event.type)?.(payloadOf(event, parseJson), event.receivedAt) ?? [],
  };
}
