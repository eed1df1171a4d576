import { z } from 'zod';
import {
  AppError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  TooManyRequestsError,
  UnauthenticatedError,
  UnavailableError,
} from '../errors.js';
import { HttpError } from './http-error.js';

export type AppErrorClass = abstract new (...args: never[]) => AppError;

/** The one place that knows which HTTP status an error becomes. */
const problems: { error: AppErrorClass; status: number; slug: string; title: string }[] = [
  { error: InvalidInputError, status: 400, slug: 'invalid-input', title: 'The request is not valid' },
  { error: UnauthenticatedError, status: 401, slug: 'unauthenticated', title: 'It is not clear who is asking' },
  { error: ForbiddenError, status: 403, slug: 'forbidden', title: 'The caller may not do this' },
  { error: NotFoundError, status: 404, slug: 'not-found', title: 'Nothing was found' },
  { error: ConflictError, status: 409, slug: 'conflict', title: 'The request conflicts with the current state' },
  { error: TooManyRequestsError, status: 429, slug: 'too-many-requests', title: 'Too many requests' },
  { error: UnavailableError, status: 503, slug: 'unavailable', title: 'Not available for the moment' },
];

/** What HTTP refuses by itself. */
const httpProblems: Record<HttpError['status'], { slug: string; title: string }> = {
  400: { slug: 'malformed-request', title: 'The request cannot be read' },
  404: { slug: 'not-found', title: 'Nothing was found' },
  405: { slug: 'method-not-allowed', title: 'The method is not allowed here' },
  406: { slug: 'not-acceptable', title: 'The answer is not to be had in that form' },
  412: { slug: 'precondition-failed', title: 'What the request is about has changed' },
  413: { slug: 'content-too-large', title: 'The body is too large' },
  415: { slug: 'unsupported-media-type', title: 'The body is of a kind that is not understood' },
  416: { slug: 'range-not-satisfiable', title: 'There is no such range' },
  421: { slug: 'misdirected-request', title: 'The request is for another host' },
};

/** RFC 9457, with the place of each fault as a JSON pointer (RFC 6901) in `errors`. */
export const problemDetailsSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'ProblemDetails' });

export type ProblemDetails = z.input<typeof problemDetailsSchema>;

export function problemFor(errorClass: AppErrorClass) {
  const problem = problems.find(({ error }) => errorClass === error || errorClass.prototype instanceof error);
  if (!problem) throw new Error(`${errorClass.name} has no HTTP status: add it to problem-details.ts.`);
  return problem;
}

/** What a problem's `type` leads to. */
export function problemNamed(slug: string): ProblemDetails | undefined {
  const fromHttp = Object.entries(httpProblems).map(([status, problem]) => ({ status: Number(status), ...problem }));
  const found = [...problems, ...fromHttp].find((problem) => problem.slug === slug);
  return found && { type: `/problems/${slug}`, title: found.title, status: found.status };
}

/** The answer to an error, and the headers that go with it. Of what is not ours to show, only that it happened. */
export function toProblem(thrown: unknown): { problem: ProblemDetails; headers: Record<string, string> } {
  const error = fromExpress(thrown) ?? thrown;
  if (error instanceof HttpError) {
    const { slug, title } = httpProblems[error.status];
    const problem = { type: `/problems/${slug}`, title, status: error.status, detail: error.message };
    return { problem, headers: error.headers };
  }
  if (error instanceof AppError) {
    const { status, slug, title } = problemFor(error.constructor as AppErrorClass);
    const faults = error instanceof InvalidInputError ? { errors: error.faults } : {};
    return {
      problem: { type: `/problems/${slug}`, title, status, detail: error.message, ...faults },
      headers: headersFor(error),
    };
  }
  return { problem: { type: 'about:blank', title: 'Internal Server Error', status: 500 }, headers: {} };
}

function headersFor(error: AppError): Record<string, string> {
  if (error instanceof UnavailableError || error instanceof TooManyRequestsError) {
    return { 'Retry-After': String(error.retryAfterSeconds) };
  }
  // RFC 9110, 11.6.1: a 401 names the way to sign in.
  return error instanceof UnauthenticatedError ? { 'WWW-Authenticate': 'Bearer' } : {};
}

/** What Express, its body parser and its file server throw: each has a status, and some a type. */
function fromExpress(error: unknown): HttpError | undefined {
  if (!(error instanceof Error) || error instanceof AppError || !('status' in error)) return undefined;
  const { type, limit, status } = error as { type?: string; limit?: number; status: unknown };
  if (type === 'entity.too.large') {
    return new HttpError(413, `The body is larger than ${limit} bytes.`, { Connection: 'close' });
  }
  if (type === 'encoding.unsupported') {
    return new HttpError(415, 'The Content-Encoding is not one of gzip, deflate, br, zstd, identity.', {
      'Accept-Encoding': 'gzip, deflate, br, zstd',
    });
  }
  if (type === 'request.size.invalid') {
    return new HttpError(400, 'The body is not as long as its Content-Length says.');
  }
  if (type === 'request.aborted') return new HttpError(400, 'The request ended before its body did.');
  if (status === 400 && error instanceof URIError) {
    return new HttpError(400, 'The path is not valid percent-encoding.');
  }
  if (status === 400) return new HttpError(400, 'The body cannot be read: is it compressed as its headers say?');
  if (status === 404 || status === 403) return new HttpError(404, 'There is nothing at this address.');
  if (status === 412) return new HttpError(412, 'The file is not the one that the request is about.');
  if (status === 416) return new HttpError(416, 'The file has no such range.', headersOf(error));
  return undefined;
}

const headersOf = (error: object) => ('headers' in error ? (error.headers as Record<string, string>) : {});
