import type { Surroundings } from './surroundings.js';
import type { Step, WorkflowFile } from './workflow-file.js';

/** What every workflow here keeps, beyond what GitHub asks. */
export interface Rule {
  name: string;
  /** What breaks it in the files, a line each. */
  find(files: readonly WorkflowFile[], surroundings: Surroundings): string[];
}

const GATE = 'ci';
const LONGEST_MINUTES = 120;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const ONLY_FOR_PULL_REQUESTS = "${{ github.event_name == 'pull_request' }}";
/** They run what a stranger wrote with the rights of this repository. */
const PRIVILEGED_EVENTS = ['pull_request_target', 'workflow_run', 'issue_comment'];

/** They keep what they download for the next run, unless this input is false. */
const CACHING_BY_DEFAULT = [
  ['actions/setup-node', 'package-manager-cache'],
  ['docker/setup-buildx-action', 'cache-binary'],
  ['docker/setup-qemu-action', 'cache-image'],
] as const;

type Found = (string | false)[];

/** A rule that looks at each workflow by itself. */
const ofWorkflows = (name: string, find: (file: WorkflowFile) => Found): Rule => ({
  name,
  find: (files) =>
    files.filter(({ isWorkflow }) => isWorkflow).flatMap((file) => find(file).filter((what) => what !== false)),
});

/** A rule that looks at each step of workflows and composite actions. */
const ofSteps = (name: string, find: (step: Step, where: string, file: WorkflowFile) => Found): Rule => ({
  name,
  find: (files) =>
    files.flatMap((file) =>
      file.steps.flatMap(({ path, step }) => find(step, file.at(path), file).filter((what) => what !== false)),
    ),
});

export const rules: readonly Rule[] = [
  ofWorkflows('a workflow has no rights of its own', (file) => [
    JSON.stringify(file.content.permissions) !== '{}' && `${file.path}: permissions is not {}`,
  ]),
  ofWorkflows('each job names its rights, and why it needs each', (file) =>
    file.jobs.flatMap(([id, { permissions }]) => {
      const where = file.at(['jobs', id]);
      if (typeof permissions !== 'object' || permissions === null) return [`${where}: has no list of permissions`];
      return Object.keys(permissions).map(
        (scope) => file.commentAt(['jobs', id, 'permissions', scope]) === '' && `${where}: does not say why ${scope}`,
      );
    }),
  ),
  {
    name: 'an action is named by its commit, with its version beside it',
    find: (files, { actions }) =>
      files.flatMap((file) =>
        file.steps.flatMap(({ path, step: { uses } }) => {
          if (uses === undefined) return [];
          if (uses.startsWith('./')) return actions.has(uses) ? [] : [`${file.at(path)}: there is no ${uses}`];
          if (!PINNED.test(uses)) return [`${file.at(path)}: ${uses} is no commit`];
          const version = file.commentAt([...path, 'uses']);
          return /^v\d+\.\d+\.\d+$/.test(version) ? [] : [`${file.at(path)}: ${uses} has no version beside it`];
        }),
      ),
  },
  {
    name: 'an action has one version everywhere',
    find: (files) => {
      const uses = files.flatMap((file) =>
        file.steps.flatMap(({ path, step }) =>
          step.uses?.includes('@') ? [{ uses: step.uses, version: file.commentAt([...path, 'uses']) }] : [],
        ),
      );
      // Those of one repository are released together.
      const byRepository = Map.groupBy(uses, ({ uses: name }) => name.split('/').slice(0, 2).join('/').split('@')[0]);
      return [...byRepository].flatMap(([repository, all]) => {
        const pins = new Set(all.map(({ uses: name, version }) => `${name.split('@')[1]} ${version}`));
        return pins.size > 1 ? [`${repository}: ${[...pins].join(', ')}`] : [];
      });
    },
  },
  ofWorkflows('nothing runs with rights on what a stranger wrote', (file) =>
    PRIVILEGED_EVENTS.map((event) => file.events.includes(event) && `${file.path}: runs on ${event}`),
  ),
  ofSteps('a checkout leaves no credentials behind', ({ uses, with: inputs }, where) => [
    uses?.startsWith('actions/checkout@') === true && inputs?.['persist-credentials'] !== false && where,
  ]),
  ofWorkflows('a job has a time limit', (file) =>
    file.jobs.map(([id, { 'timeout-minutes': minutes }]) => {
      const bounded = typeof minutes === 'number' && minutes <= LONGEST_MINUTES;
      return !bounded && `${file.at(['jobs', id])}: timeout-minutes is ${String(minutes)}`;
    }),
  ),
  ofWorkflows('a runner is named by its version', (file) =>
    file.jobs.map(([id, { 'runs-on': runner }]) => {
      const named = typeof runner === 'string' && /^[a-z]+-\d+(\.\d+)?(-arm)?$/.test(runner);
      return !named && `${file.at(['jobs', id])}: runs on ${JSON.stringify(runner)}`;
    }),
  ),
  // Not those of strangers alone: who reads a script need not know which are. Values come in by `env`.
  ofSteps('a script holds no expression', ({ run }, where) => [run?.includes('${{') === true && where]),
  {
    name: 'a script ends at the first failure, in a pipe too',
    find: (files) =>
      files.flatMap((file) => {
        // GitHub adds -eo pipefail only where bash is named.
        const byDefault = file.content.defaults?.run?.shell === 'bash';
        return file.steps
          .filter(
            ({ step: { run, shell } }) => run !== undefined && !(shell === undefined ? byDefault : shell === 'bash'),
          )
          .map(({ path }) => `${file.at(path)}: its shell is not bash`);
      }),
  },
  ofWorkflows('workflows and jobs have names', (file) => [
    file.content.name === undefined && `${file.path}: has no name`,
    ...file.jobs.map(([id, { name }]) => name === undefined && `${file.at(['jobs', id])}: has no name`),
  ]),
  ofWorkflows('only the runs of pull requests are cancelled by later ones', (file) => {
    const { group, 'cancel-in-progress': cancel } = file.content.concurrency ?? {};
    return [
      typeof group !== 'string' && `${file.path}: has no concurrency group`,
      cancel !== false && cancel !== ONLY_FOR_PULL_REQUESTS && `${file.path}: cancel-in-progress is ${String(cancel)}`,
    ];
  }),
  ofWorkflows('no secret is used but the token of the job', (file) => [
    /\bsecrets\s*[.[]/.test(file.text) && `${file.path}: reads a secret`,
  ]),
  ofWorkflows('what is released comes from no cache', (file) => {
    const { on } = file.content;
    const push = typeof on === 'object' && !Array.isArray(on) ? (on.push as { tags?: unknown } | null) : undefined;
    if (!push?.tags) return [];
    return file.steps.map(({ path, step: { uses = '', with: inputs = {} } }) => {
      const asked = Object.keys(inputs).some((input) => /^cache(-from|-to)?$/.test(input));
      const [, option] = CACHING_BY_DEFAULT.find(([action]) => uses.startsWith(`${action}@`)) ?? [];
      const left = option !== undefined && inputs[option] !== false;
      return (asked || left || uses === './.github/actions/setup') && `${file.at(path)}: uses a cache`;
    });
  }),
  {
    name: 'one gate waits for every job of CI',
    find: (files) => {
      const file = files.find(({ path }) => path.endsWith('/ci.yml'));
      const gate = file?.content.jobs?.[GATE];
      if (!file || !gate) return [`There is no job ${GATE} in ci.yml.`];
      const needed = new Set([gate.needs ?? []].flat());
      const missing = file.jobs.filter(([id]) => id !== GATE && !needed.has(id));
      return [
        ...missing.map(([id]) => `${file.at(['jobs', GATE])}: does not wait for ${id}`),
        ...(gate.if === 'always()' ? [] : [`${file.at(['jobs', GATE])}: is skipped, and passes, where a job fails`]),
        ...file.jobs.filter(([id, job]) => id !== GATE && job.if !== undefined).map(([id]) => `${id} may be skipped`),
      ];
    },
  },
  {
    name: 'what a script calls is there',
    find: (files, { makeTargets, npmScripts, hasFile }) =>
      files.flatMap((file) =>
        file.steps.flatMap(({ path, step: { run = '' } }) => [
          ...makeCalls(run)
            .filter((target) => !makeTargets.has(target))
            .map((target) => `${file.at(path)}: make ${target}`),
          ...[...run.matchAll(/\bnpm run (?:--\S+ )*([\w:-]+)/g)]
            .filter(([, script]) => !npmScripts.has(String(script)))
            .map(([, script]) => `${file.at(path)}: npm run ${script}`),
          ...[...run.matchAll(/(?<![\w/.-])scripts\/[\w./-]+/g)]
            .filter(([script]) => !hasFile(script))
            .map(([script]) => `${file.at(path)}: ${script}`),
        ]),
      ),
  },
];

/** The targets of every `make` in a script. */
function makeCalls(script: string): string[] {
  return [...script.matchAll(/(?:^|[\s;&|(])make((?:[ \t]+[\w./=-]+)+)/g)].flatMap(([, words = '']) => {
    const args = words.trim().split(/\s+/);
    return args.filter((word, index) => !word.startsWith('-') && !word.includes('=') && args[index - 1] !== '-C');
  });
}
