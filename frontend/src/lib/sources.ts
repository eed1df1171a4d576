import type { Source, SourceWithSecret } from './api/sources.ts';

export const SOURCE_KIND_LABELS: Record<Source['kind'], string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  jenkins: 'Jenkins',
  cdevents: 'CDEvents',
  records: 'Records',
};

/** What may stay on the page: the secret is shown once and then forgotten. */
export const withoutSecret = ({
  id,
  name,
  kind,
  hookPath,
  previousSecretValidUntil,
  createdAt,
  updatedAt,
}: SourceWithSecret): Source => ({ id, name, kind, hookPath, previousSecretValidUntil, createdAt, updatedAt });
