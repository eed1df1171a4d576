import { DockerfileParser, type Copy, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

/** A tag of digits, so that one reads what it is, and the digest, which cannot be moved. */
const PINNED = /^docker\.io\/[\w/-]+:\d+\.\d+\.\d+-[\w.-]+@sha256:[0-9a-f]{64}$/;
const NUMERIC_USER = /^[1-9]\d*:[1-9]\d*$/;
const SECRET_NAME = /secret|token|password|passwd|private|credential|api_?key|database_url|redis_url/i;
/** What an image is described by: https://github.com/opencontainers/image-spec/blob/main/annotations.md. */
const LABELS = ['title', 'description', 'licenses', 'version', 'revision', 'source'];

interface Stage {
  from: Instruction;
  instructions: Instruction[];
}

/** What is wrong with a Dockerfile, a line for each fault; empty where nothing is. */
export function dockerfileFaults(text: string): string[] {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const stages = stagesOf(instructions);
  const last = stages.at(-1);
  if (!last) return ['has no stage'];
  return [
    ...validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`),
    ...baseFaults(stages),
    ...instructions.flatMap(anywhereFaults),
    ...runtimeFaults(last),
  ];
}

export const basesOf = (text: string): string[] => [
  ...new Set(stagesOf(DockerfileParser.parse(text).getInstructions()).map(({ from }) => baseOf(from))),
];

function stagesOf(instructions: Instruction[]): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    if (instruction.getKeyword() === 'FROM') stages.push({ from: instruction, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

const words = (instruction: Instruction) => instruction.getArguments().map((argument) => argument.getValue());
const baseOf = (from: Instruction) => words(from).find((word) => !word.startsWith('--')) ?? '';
const at = (instruction: Instruction, fault: string) => `line ${instruction.getRange().start.line + 1}: ${fault}`;

function baseFaults(stages: readonly Stage[]): string[] {
  const names = new Set(stages.map(({ from }) => words(from).at(-1)));
  const outside = stages.filter(({ from }) => !names.has(baseOf(from)));
  const unpinned = outside.filter(({ from }) => !PINNED.test(baseOf(from)));
  const byRepository = Map.groupBy(outside, ({ from }) => baseOf(from).split(':')[0]);
  return [
    ...unpinned.map(({ from }) => at(from, `${baseOf(from)} is not an exact version with its digest`)),
    ...[...byRepository.values()]
      .filter((same) => new Set(same.map(({ from }) => baseOf(from))).size > 1)
      .map(([first]) => (first ? at(first.from, `${baseOf(first.from)} is not the one of the other stages`) : '')),
  ];
}

function anywhereFaults(instruction: Instruction): string[] {
  const keyword = instruction.getKeyword();
  const content = instruction.getArgumentsContent() ?? '';
  if (keyword === 'ADD') return [at(instruction, 'ADD fetches and unpacks: COPY does neither')];
  if (keyword === 'ARG' || keyword === 'ENV') {
    const names = words(instruction).map((word) => String(word.split('=', 1)[0]));
    return names.filter((name) => SECRET_NAME.test(name)).map((name) => at(instruction, `${name} stays in the image`));
  }
  if (keyword !== 'RUN') return [];
  return [
    ...(/\bnpm (ci|install|i)\b(?![^&|;]*--ignore-scripts)/.test(content)
      ? [at(instruction, 'npm runs what packages bring: --ignore-scripts')]
      : []),
    ...(/\b(curl|wget)\b/.test(content) ? [at(instruction, 'fetches what nothing pins')] : []),
    ...(/chmod\s+(-R\s+)?(0?777|[ao]*\+[rx]*w)/.test(content) ? [at(instruction, 'lets everybody write')] : []),
  ];
}

/** Of the stage that becomes the image. */
function runtimeFaults({ from, instructions }: Stage): string[] {
  const lastOf = (keyword: string) => instructions.filter((each) => each.getKeyword() === keyword).at(-1);
  const faults: string[] = [];
  const user = lastOf('USER');
  if (!user || !NUMERIC_USER.test(words(user)[0] ?? '')) {
    // Kubernetes' runAsNonRoot cannot tell who a name is.
    faults.push(at(user ?? from, 'USER is no uid and gid other than 0'));
  }
  for (const keyword of ['HEALTHCHECK', 'ENTRYPOINT']) {
    const instruction = lastOf(keyword);
    const content = instruction?.getArgumentsContent() ?? '';
    if (!/(^|CMD\s+)\[.*\]$/s.test(content)) {
      // A shell as the first process passes no signal on.
      faults.push(at(instruction ?? from, `${keyword} is missing, or not a list of words`));
    }
  }
  if (!lastOf('STOPSIGNAL')) faults.push(at(from, 'STOPSIGNAL is missing'));
  for (const copy of instructions.filter((each): each is Copy => each.getKeyword() === 'COPY')) {
    const flags = copy.getFlags().map((flag) => flag.getName());
    if (flags.includes('chown')) faults.push(at(copy, 'gives files to the user that runs'));
    if (!flags.includes('from')) faults.push(at(copy, 'takes modes as they were checked out: copy from a stage'));
  }
  const labels = instructions
    .filter((each) => each.getKeyword() === 'LABEL')
    .map((each) => each.getArgumentsContent() ?? '');
  const missing = LABELS.filter((name) => !labels.some((text) => text.includes(`org.opencontainers.image.${name}=`)));
  if (missing.length > 0) faults.push(at(from, `labels are missing: ${missing.join(', ')}`));
  return faults;
}
