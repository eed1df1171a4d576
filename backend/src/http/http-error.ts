import { AppError } from '../errors.js';

/** A request that HTTP itself refuses, before any feature sees it. Only the kernel throws these. */
export class HttpError extends AppError {
  constructor(
    readonly status: 400 | 404 | 405 | 406 | 412 | 413 | 415 | 416 | 421,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}
