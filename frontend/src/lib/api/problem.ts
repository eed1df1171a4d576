/** A failed request in the terms of RFC 9457, whether the service answered with a problem or did not answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** The HTTP status, or 503 when no answer came. */
    readonly status: number,
    readonly title: string,
    readonly detail?: string,
    options?: ErrorOptions,
  ) {
    super(title, options);
  }

  static unreachable(cause: unknown): ApiProblem {
    return new ApiProblem(503, 'Pitwall does not answer', 'The service could not be reached from this browser.', {
      cause,
    });
  }

  /** From an answer's body, which is a problem document only when the service itself wrote it: a proxy may have. */
  static fromAnswer(response: Response, body: unknown): ApiProblem {
    const { title, detail } = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    return new ApiProblem(
      response.status,
      typeof title === 'string' && title !== '' ? title : response.statusText || `HTTP ${response.status}`,
      typeof detail === 'string' ? detail : undefined,
    );
  }

  static from(error: unknown): ApiProblem {
    return error instanceof ApiProblem ? error : ApiProblem.unreachable(error);
  }
}
