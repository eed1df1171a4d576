import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

/** A payload of GitHub's, as much of it as the demo looks at. */
export interface Payload {
  action?: string;
  repository?: { full_name: string };
  // The examples have many fields more, which are passed on as they are.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

/** One webhook as GitHub sends it. */
export interface Delivery {
  event: string;
  /** `X-GitHub-Delivery`: the same whenever this is sent again. */
  id: string;
  payload: Payload;
}

/** The events that say something about delivery. */
const EVENTS = [
  'ping',
  'push',
  'pull_request',
  'workflow_run',
  'workflow_job',
  'check_run',
  'deployment',
  'deployment_status',
];

const definitions: { name: string; examples: Payload[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples',
);

/** The real payloads collected for one event, as copies. */
export function examplesOf(event: string): Payload[] {
  return structuredClone(definitions.find(({ name }) => name === event)?.examples ?? []);
}

export function exampleDeliveries(): Delivery[] {
  return EVENTS.flatMap((event) => examplesOf(event).map((payload) => deliveryOf(event, payload)));
}

/** Its id looks like those of GitHub and is derived from what is sent. */
export function deliveryOf(event: string, payload: Payload): Delivery {
  const hash = createHash('sha256')
    .update(`${event}\n${JSON.stringify(payload)}`)
    .digest('hex');
  const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join(
    '-',
  );
  return { event, id, payload };
}
