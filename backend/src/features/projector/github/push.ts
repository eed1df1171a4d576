import { z } from 'zod';
import type { CommitFact, Fact } from '../fact.js';
import { messageLine, name, optionalName, optionalPart, optionalTime, optionalUrl } from './fields.js';
import { readPayload, repositoryFact, repositorySchema, unreadable } from './payload.js';

const BRANCH_PREFIX = 'refs/heads/';

const commitSchema = z.object({
  id: name(),
  message: messageLine(),
  timestamp: optionalTime(),
  url: optionalUrl(),
  author: optionalPart({ username: optionalName(), name: optionalName() }),
});

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const pushEventSchema = z.object({
  ref: name(),
  deleted: z.boolean().optional().catch(undefined),
  repository: repositorySchema.extend({ pushed_at: optionalTime(), updated_at: optionalTime() }),
  head_commit: optionalPart({ timestamp: optionalTime() }),
  commits: z.array(commitSchema).nullish(),
});

export function pushFacts(payload: unknown): Fact[] {
  const event = readPayload(pushEventSchema, payload);
  const { repository, head_commit: head } = event;
  // A push carries no time of its own but the one it leaves on the repository.
  const at = repository.pushed_at ?? head?.timestamp ?? repository.updated_at;
  if (!at) throw unreadable('repository.pushed_at', 'expected a time');
  return [repositoryFact(repository, at), ...commitFacts(event, at)];
}

function commitFacts({ ref, deleted, repository, commits }: z.output<typeof pushEventSchema>, at: Date): CommitFact[] {
  if (deleted || !ref.startsWith(BRANCH_PREFIX)) return [];
  const branch = ref.slice(BRANCH_PREFIX.length);
  return (commits ?? []).map((commit) => ({
    subject: 'commit',
    repository: repository.id,
    sha: commit.id,
    branch,
    message: commit.message,
    author: commit.author?.username ?? commit.author?.name,
    committedAt: commit.timestamp,
    url: commit.url,
    at: commit.timestamp ?? at,
  }));
}
