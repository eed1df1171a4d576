import { rules } from './rules.js';
import type { Surroundings } from './surroundings.js';
import { WorkflowFile } from './workflow-file.js';

/** One change to a sound workflow that breaks the rule of that name. */
interface Mutation {
  rule: string;
  file: string;
  from: string | RegExp;
  to: string;
}

const [CI, RELEASE, SCAN] = ['ci.yml', 'release.yml', 'security-scan.yml'].map(
  (name) => `.github/workflows/${name}`,
) as [string, string, string];
const SETUP = '.github/actions/setup/action.yml';

const mutations: readonly Mutation[] = [
  { rule: 'a workflow has no rights of its own', file: CI, from: 'permissions: {}', to: 'permissions: read-all' },
  { rule: 'a workflow has no rights of its own', file: CI, from: 'permissions: {}\n', to: '' },
  { rule: 'each job names its rights, and why it needs each', file: CI, from: ' # checkout', to: '' },
  {
    rule: 'each job names its rights, and why it needs each',
    file: CI,
    from: /permissions:\n +contents: read # checkout/,
    to: 'permissions: write-all',
  },
  {
    rule: 'an action is named by its commit, with its version beside it',
    file: CI,
    from: /checkout@\w+/,
    to: 'checkout@v7',
  },
  { rule: 'an action is named by its commit, with its version beside it', file: SETUP, from: / # v7\.0\.0/, to: '' },
  {
    rule: 'an action is named by its commit, with its version beside it',
    file: CI,
    from: './.github/actions/setup',
    to: './.github/actions/up',
  },
  { rule: 'an action has one version everywhere', file: SCAN, from: 'analyze@2892aa5e', to: 'analyze@2892aa5f' },
  {
    rule: 'nothing runs with rights on what a stranger wrote',
    file: CI,
    from: 'pull_request:',
    to: 'pull_request_target:',
  },
  {
    rule: 'a checkout leaves no credentials behind',
    file: CI,
    from: 'persist-credentials: false',
    to: 'persist-credentials: true',
  },
  {
    rule: 'a checkout leaves no credentials behind',
    file: CI,
    from: '        with:\n          persist-credentials: false\n',
    to: '',
  },
  { rule: 'a job has a time limit', file: RELEASE, from: /\n +timeout-minutes: 10/, to: '' },
  { rule: 'a job has a time limit', file: RELEASE, from: 'timeout-minutes: 10', to: 'timeout-minutes: 360' },
  { rule: 'a runner is named by its version', file: CI, from: 'ubuntu-24.04', to: 'ubuntu-latest' },
  {
    rule: 'a script holds no expression',
    file: CI,
    from: 'run: make lint',
    to: 'run: make lint ${{ github.head_ref }}',
  },
  {
    rule: 'a script ends at the first failure, in a pipe too',
    file: CI,
    from: /defaults:\n.*\n +shell: bash\n/,
    to: '',
  },
  { rule: 'a script ends at the first failure, in a pipe too', file: SETUP, from: 'shell: bash', to: 'shell: sh' },
  { rule: 'workflows and jobs have names', file: CI, from: 'name: CI\n', to: '' },
  { rule: 'workflows and jobs have names', file: CI, from: '    name: Lint\n', to: '' },
  {
    rule: 'only the runs of pull requests are cancelled by later ones',
    file: CI,
    from: /cancel-in-progress: .*/,
    to: 'cancel-in-progress: true',
  },
  {
    rule: 'only the runs of pull requests are cancelled by later ones',
    file: CI,
    from: /concurrency:\n.*\n.*\n/,
    to: '',
  },
  {
    rule: 'no secret is used but the token of the job',
    file: RELEASE,
    from: '${{ github.token }}',
    to: '${{ secrets.RELEASE_TOKEN }}',
  },
  {
    rule: 'what is released comes from no cache',
    file: RELEASE,
    from: 'package-manager-cache: false',
    to: 'cache: npm',
  },
  { rule: 'what is released comes from no cache', file: RELEASE, from: 'no-cache: true', to: 'cache-from: type=gha' },
  {
    rule: 'what is released comes from no cache',
    file: RELEASE,
    from: 'cache-binary: false',
    to: 'cache-binary: true',
  },
  { rule: 'what is released comes from no cache', file: RELEASE, from: '          cache-image: false\n', to: '' },
  { rule: 'one gate waits for every job of CI', file: CI, from: '      - durability\n', to: '' },
  { rule: 'one gate waits for every job of CI', file: CI, from: 'if: always()\n    needs', to: 'needs' },
  {
    rule: 'one gate waits for every job of CI',
    file: CI,
    from: '    name: Lint\n',
    to: '    name: Lint\n    if: false\n',
  },
  { rule: 'what a script calls is there', file: CI, from: 'run: make lint', to: 'run: make lint-all' },
  { rule: 'what a script calls is there', file: CI, from: 'run: make lint', to: 'run: npm run lint-all' },
  { rule: 'what a script calls is there', file: CI, from: 'run: make lint', to: 'run: scripts/lint-all.sh' },
];

/** The mutations that nobody noticed, and the rules that none is for. */
export function unnoticed(files: readonly WorkflowFile[], surroundings: Surroundings): string[] {
  const missed = mutations.filter((mutation) => {
    const rule = rules.find(({ name }) => name === mutation.rule);
    if (!rule) throw new Error(`There is no rule "${mutation.rule}".`);
    const known = new Set(rule.find(files, surroundings));
    return rule.find(mutate(files, mutation), surroundings).every((what) => known.has(what));
  });
  const proven = new Set(mutations.map(({ rule }) => rule));
  return [
    ...missed.map(({ rule, file, from, to }) => `not noticed: ${rule}: ${file}: ${String(from)} -> ${to}`),
    ...rules.filter(({ name }) => !proven.has(name)).map(({ name }) => `never seen to fail: ${name}`),
  ];
}

export const mutationCount = mutations.length;

function mutate(files: readonly WorkflowFile[], { file, from, to }: Mutation): WorkflowFile[] {
  return files.map((original) => {
    if (original.path !== file) return original;
    const text = original.text.replace(from, () => to);
    if (text === original.text) throw new Error(`${file} has no ${String(from)} to change.`);
    return new WorkflowFile(file, text);
  });
}
