import { ApiProblem } from '../api/problem.ts';

/** One form's way to the service: under way, refused at this or that field, or done. */
export class Submission {
  busy = $state(false);
  problem = $state.raw<ApiProblem | null>(null);

  /**
   * `fields` are those that show their own faults. `fieldMeant` says which of them a refusal is about that names none,
   * such as a conflict.
   */
  constructor(
    private readonly fields: readonly string[] = [],
    private readonly fieldMeant: (problem: ApiProblem) => string | undefined = () => undefined,
  ) {}

  /** Answers whether the work was done; of two presses of a button, one counts. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await work();
      this.problem = null;
      return true;
    } catch (error) {
      this.problem = ApiProblem.from(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Drops what was said: it is about what stood there before. */
  forgive(): void {
    this.problem = null;
  }

  /** What the service has against a field of the body. */
  faultAt(field: string): string | undefined {
    if (!this.problem) return undefined;
    const { faults, detail } = this.problem;
    const here = faults.filter(({ pointer }) => fieldOf(pointer) === field);
    if (here.length > 0) return here.map((fault) => sentence(fault.detail)).join(' ');
    return this.meant === field ? detail : undefined;
  }

  /** What no field shows. */
  get message(): string | undefined {
    if (!this.problem || this.meant !== undefined) return undefined;
    const { faults, detail, title, status, retryAfterSeconds } = this.problem;
    if (status === 429) return `Too many attempts. ${whenToRetry(retryAfterSeconds)}`;
    if (faults.length === 0) return detail ?? title;
    const elsewhere = faults.filter(({ pointer }) => !this.fields.includes(fieldOf(pointer)));
    return elsewhere.map((fault) => `${fault.pointer}: ${sentence(fault.detail)}`).join(' ') || undefined;
  }

  private get meant(): string | undefined {
    return this.problem && this.problem.faults.length === 0 ? this.fieldMeant(this.problem) : undefined;
  }
}

/** `#/body/email` is about the field `email`. */
const fieldOf = (pointer: string): string => pointer.replace(/^#\/(body\/)?/, '').split('/', 1)[0] ?? '';

/** `has fewer than 8 characters` is said of the field whose name stands above it: `Has fewer than 8 characters.` */
export const sentence = (detail: string): string =>
  `${detail.charAt(0).toUpperCase()}${detail.slice(1)}${/[.!?]$/.test(detail) ? '' : '.'}`;

function whenToRetry(seconds: number | undefined): string {
  if (seconds === undefined) return 'Try again later.';
  const [amount, unit] = seconds < 60 ? [seconds, 'second'] : [seconds / 60, 'minute'];
  const whole = Math.max(1, Math.ceil(amount));
  return `Try again in ${whole} ${unit}${whole === 1 ? '' : 's'}.`;
}
