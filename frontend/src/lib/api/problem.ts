/** A place in what was sent, as a JSON pointer such as `#/body/email`, and what is wrong there. */
export interface Fault {
  pointer: string;
  detail: string;
}

interface Facts {
  faults?: Fault[];
  retryAfterSeconds?: number | undefined;
}

/** A failed request in the terms of RFC 9457, whether the service answered with a problem or did not answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly faults: readonly Fault[];
  /** When the service said it. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    /** The HTTP status, or 503 when no answer came. */
    readonly status: number,
    readonly title: string,
    readonly detail?: string,
    { faults = [], retryAfterSeconds, ...options }: ErrorOptions & Facts = {},
  ) {
    super(title, options);
    this.faults = faults;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  static unreachable(cause: unknown): ApiProblem {
    return new ApiProblem(503, 'Pitwall does not answer', 'The service could not be reached from this browser.', {
      cause,
    });
  }

  /** From an answer's body, which is a problem document only when the service itself wrote it: a proxy may have. */
  static fromAnswer(response: Response, body: unknown): ApiProblem {
    const { title, detail, errors } =
      typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
    return new ApiProblem(
      response.status,
      typeof title === 'string' && title !== '' ? title : response.statusText || `HTTP ${response.status}`,
      typeof detail === 'string' ? detail : undefined,
      {
        faults: Array.isArray(errors) ? errors.filter(isFault) : [],
        retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
      },
    );
  }

  static from(error: unknown): ApiProblem {
    return error instanceof ApiProblem ? error : ApiProblem.unreachable(error);
  }
}

const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Fault).pointer === 'string' &&
  typeof (value as Fault).detail === 'string';
