import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type Document } from 'yaml';
import { ROOT } from '../../checks/command.js';

export interface Step {
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  shell?: string;
  with?: Record<string, unknown>;
}

export interface Job {
  name?: string;
  if?: string;
  needs?: string | string[];
  'runs-on'?: unknown;
  'timeout-minutes'?: unknown;
  permissions?: unknown;
  steps?: Step[];
}

/** What is read of a workflow, or of a composite action: https://docs.github.com/en/actions/reference/workflows-and-actions. */
interface Content {
  name?: string;
  on?: Record<string, unknown> | string | string[];
  permissions?: unknown;
  concurrency?: { group?: unknown; 'cancel-in-progress'?: unknown };
  defaults?: { run?: { shell?: unknown } };
  jobs?: Record<string, Job>;
  runs?: { using?: string; steps?: Step[] };
}

export class WorkflowFile {
  readonly content: Content;
  private readonly document: Document;

  /** Throws where the text is no YAML. */
  constructor(
    /** From the repository's root. */
    readonly path: string,
    readonly text: string,
  ) {
    this.document = parseDocument(text);
    if (this.document.errors.length > 0) throw new Error(`${path}: ${this.document.errors.map(String).join('; ')}`);
    this.content = (this.document.toJS() ?? {}) as Content;
  }

  get isWorkflow(): boolean {
    return this.content.jobs !== undefined;
  }

  get jobs(): [id: string, job: Job][] {
    return Object.entries(this.content.jobs ?? {});
  }

  get events(): string[] {
    const { on = [] } = this.content;
    return typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on);
  }

  /** Every step with the path to it. */
  get steps(): { path: (string | number)[]; step: Step }[] {
    const inJobs = this.jobs.flatMap(([id, { steps = [] }]) =>
      steps.map((step, index) => ({ path: ['jobs', id, 'steps', index], step })),
    );
    const own = (this.content.runs?.steps ?? []).map((step, index) => ({ path: ['runs', 'steps', index], step }));
    return [...inJobs, ...own];
  }

  /** The comment on the line of a value. */
  commentAt(path: (string | number)[]): string {
    const node = this.document.getIn(path, true);
    return isScalar(node) || isMap(node) ? (node.comment ?? '').trim() : '';
  }

  at(path: (string | number)[]): string {
    return `${this.path} ${path.join('.')}`;
  }
}

export async function readWorkflowFiles(): Promise<WorkflowFile[]> {
  const files: WorkflowFile[] = [];
  for await (const path of glob(['.github/workflows/*.{yml,yaml}', '.github/actions/*/action.yml'], { cwd: ROOT })) {
    files.push(new WorkflowFile(path, await readFile(join(ROOT, path), 'utf8')));
  }
  if (!files.some(({ isWorkflow }) => isWorkflow)) throw new Error('There are no workflows.');
  return files.sort((a, b) => a.path.localeCompare(b.path));
}
