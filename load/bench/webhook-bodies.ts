import { createRequire } from 'node:module';

interface Examples {
  name: string;
  examples: Record<string, unknown>[];
}

const MOST_BYTES = 15_000;
const FEWEST_BYTES = 12_000;
const DISTINCT = 200;

/**
 * Real webhooks of 12 to 15 kB, as GitHub sent them (`@octokit/webhooks-examples`); those of deployments speak of a
 * deployment each.
 */
export function webhookBodies(event: string): Buffer[] {
  const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as Examples[];
  const examples = all.find(({ name }) => name === event)?.examples ?? [];
  const example = examples.find((one) => {
    const bytes = JSON.stringify(one).length;
    return bytes >= FEWEST_BYTES && bytes <= MOST_BYTES;
  });
  if (!example) throw new Error(`There is no example of ${event} of that size.`);
  return Array.from({ length: DISTINCT }, (_, index) => Buffer.from(JSON.stringify(withOwnIds(example, index))));
}

function withOwnIds(example: Record<string, unknown>, index: number): Record<string, unknown> {
  const { deployment } = example;
  return deployment ? { ...example, deployment: { ...deployment, id: 40_000_000_000 + index } } : example;
}
