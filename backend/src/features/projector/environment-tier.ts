export type EnvironmentTier = 'production' | 'staging' | 'testing' | 'development' | 'other';

/**
 * By the words of the environment's name, which are those that GitLab goes by for Jira's tiers (gitlab-org/gitlab,
 * merge request 70880). Staging comes before production, since `pre-prod` is not production.
 */
const WORDS: [EnvironmentTier, Set<string>][] = [
  ['staging', new Set(['staging', 'stage', 'stg', 'preprod', 'pre', 'model', 'internal', 'nonprod', 'demo'])],
  ['production', new Set(['production', 'prod', 'prd', 'live'])],
  [
    'testing',
    new Set([
      ...['test', 'testing', 'tests', 'tst', 'integration', 'integ', 'intg', 'int'],
      ...['acceptance', 'accept', 'acpt', 'qa', 'qc', 'control', 'quality'],
    ]),
  ],
  ['development', new Set(['development', 'dev', 'review'])],
];

export function environmentTier(name: string): EnvironmentTier {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  return WORDS.find(([, set]) => words.some((word) => set.has(word)))?.[0] ?? 'other';
}
