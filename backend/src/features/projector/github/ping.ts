import { z } from 'zod';
import type { Fact } from '../fact.js';
import { readPayload, repositoryFact, repositorySchema } from './payload.js';

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping: an organization's hook has no repository. */
const pingEventSchema = z.object({ repository: repositorySchema.nullish() });

/** The one event without a time of its own, so that the time of its arrival stands in. */
export function pingFacts(payload: unknown, receivedAt: Date): Fact[] {
  const { repository } = readPayload(pingEventSchema, payload);
  return repository ? [repositoryFact(repository, receivedAt)] : [];
}
