import { z } from 'zod';
import type { RepositoryFact } from '../fact.js';
import { UnreadableEventError } from '../translator.js';
import { identifier, name, optionalName, optionalUrl } from './fields.js';

/** The `repository` of every event that is about one. */
export const repositorySchema = z.object({
  id: identifier(),
  full_name: name(),
  html_url: optionalUrl(),
  default_branch: optionalName(),
});

/** `actor`, `user`, `creator`: null once the account is deleted. */
export const accountLogin = { login: optionalName() };

/** `at` is the time of the event: `repository.updated_at` lags behind what the payload shows. */
export function repositoryFact(repository: z.output<typeof repositorySchema>, at: Date): RepositoryFact {
  return {
    subject: 'repository',
    repository: repository.id,
    fullName: repository.full_name,
    url: repository.html_url,
    defaultBranch: repository.default_branch,
    at,
  };
}

/** Throws `UnreadableEventError` naming the first field that does not fit, such as `workflow_run.id: expected number`. */
export function readPayload<S extends z.ZodType>(schema: S, payload: unknown): z.output<S> {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UnreadableEventError(issue ? reasonOf(issue) : 'payload: does not fit');
}

export const unreadable = (path: string, reason: string) => new UnreadableEventError(`${path}: ${reason}`);

function reasonOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.') || 'payload';
  return `${path}: ${issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message}`;
}
