/** A failure the caller can understand and act on. Anything else that is thrown is a bug. */
export abstract class AppError extends Error {
  override readonly name = this.constructor.name;
}

/** Where a request is at fault: a JSON pointer into `#/body`, `#/query`, `#/params` or `#/headers`. */
export interface Fault {
  pointer: string;
  detail: string;
}

export class InvalidInputError extends AppError {
  constructor(readonly faults: Fault[]) {
    super(faults.length === 1 ? 'The request has a fault.' : `The request has ${faults.length} faults.`);
  }
}

/** Who the caller is could not be established: a missing or wrong signature, token or session. */
export class UnauthenticatedError extends AppError {}

/** It is clear who asks, and they may not. */
export class ForbiddenError extends AppError {}

export class NotFoundError extends AppError {}

export class ConflictError extends AppError {}

/** Something that Pitwall needs does not answer; the same request may succeed later. */
export class UnavailableError extends AppError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The caller, or those who share their address, asked too often. */
export class TooManyRequestsError extends AppError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}
