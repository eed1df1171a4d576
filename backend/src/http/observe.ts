import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { AppError } from '../errors.js';
import type { AccessLog } from '../observability/access-log.js';
import type { ErrorReporter } from '../observability/error-reporting.js';
import type { Logger } from '../observability/logger.js';
import type { HttpMetrics } from '../observability/metrics.js';
import type { Tracing } from '../observability/tracing.js';
import { localsOf, send } from './answer.js';
import { requestContext } from './context.js';
import { toProblem } from './problem-details.js';

const GIVEN_ID = /^[A-Za-z0-9._-]{8,64}$/;

export interface Observers {
  accessLog: Pick<AccessLog, 'write'>;
  metrics: HttpMetrics;
  tracing: Pick<Tracing, 'startRequest'>;
}

export interface Given {
  /** What every answer of the API carries. */
  apiHeaders: readonly string[];
  /** No proxy is trusted: the caller's address is the connection's, and no header is looked at. */
  directRemote: boolean;
}

/** Gives each request its id and its context, and tells of it once it is over, however it ended. */
export function observe(
  { accessLog, metrics, tracing }: Observers,
  { apiHeaders, directRemote }: Given,
): RequestHandler {
  return (req, res, next) => {
    const time = new Date();
    const started = performance.now();
    const { method, originalUrl: path, headers } = req;
    const given = headers['x-request-id'];
    const requestId = typeof given === 'string' && GIVEN_ID.test(given) ? given : randomUUID();
    const trace = tracing.startRequest(req);
    const remote = directRemote ? plainAddress(req.socket.remoteAddress) : plainAddress(req.ip);
    const locals = localsOf(res);
    locals.requestId = requestId;
    locals.remote = remote;
    locals.apiHeaders = apiHeaders;
    metrics.started();
    // `close` comes once, also when the caller went away before the answer was out.
    res.once('close', () => {
      const durationMs = performance.now() - started;
      const { route, bytes = Number(res.getHeader('Content-Length') ?? 0), error } = locals;
      const status = res.headersSent ? res.statusCode : CLIENT_CLOSED_REQUEST;
      metrics.finished(method, route, status, durationMs / 1000);
      trace.end({ route, status, error });
      const userAgent = headers['user-agent'];
      accessLog.write({
        time,
        requestId,
        traceId: trace.traceId,
        method,
        route,
        path,
        status,
        bytes,
        durationMs,
        remote,
        userAgent,
      });
    });
    requestContext.run({ requestId, traceId: trace.traceId }, () => trace.run(() => next()));
  };
}

/** An IPv4 address as such, also where the socket is one of IPv6. */
const plainAddress = (address: string | undefined) =>
  address?.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;

/** As nginx counts them: nobody was there any more to be answered. */
const CLIENT_CLOSED_REQUEST = 499;

export interface ErrorHandling {
  logger: Pick<Logger, 'warn' | 'error'>;
  reporter: Pick<ErrorReporter, 'report'>;
  /** Says that a failure which is no bug is one of something that Pitwall needs, and may pass. */
  asUnavailable(error: unknown): AppError | undefined;
}

/** Answers with a problem. What nobody foresaw is logged and reported, and its words stay inside. */
export function answerErrors({ logger, reporter, asUnavailable }: ErrorHandling): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    const error = thrown instanceof AppError ? thrown : (asUnavailable(thrown) ?? thrown);
    const { problem, headers } = toProblem(error);
    const locals = localsOf(res);
    const { requestId, route } = locals;
    if (problem.status === 500) {
      locals.error = error;
      logger.error('A request failed.', { method: req.method, route, error });
      reporter.report(error, { requestId, method: req.method, route, status: 500 });
    } else if (problem.status > 500)
      logger.warn('A request could not be served.', { method: req.method, route, error });
    // The answer is half out: only its end can still say that something went wrong. Express would print the error, too.
    if (res.headersSent || locals.answered) return void res.destroy();
    const body = Buffer.from(JSON.stringify({ ...problem, requestId }));
    const type = ['Content-Type', 'application/problem+json; charset=utf-8'];
    send(res, problem.status, body, [...type, ...Object.entries(headers).flat()]);
  };
}
