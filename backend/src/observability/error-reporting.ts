/** Where an error came up. Nothing of the request itself: no headers, no body, no query. */
export interface ErrorContext {
  requestId?: string | undefined;
  traceId?: string | undefined;
  method?: string | undefined;
  /** The template, never the path. */
  route?: string | undefined;
  status?: number | undefined;
}

/** Tells the developers of a bug: an error that nobody foresaw, as opposed to an answer the caller can act on. */
export interface ErrorReporter {
  /** Returns at once and never throws; the report travels behind the answer. */
  report(error: unknown, context?: ErrorContext): void;
  /** Sends what is waiting, for no longer than `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

export interface ErrorReporterOptions {
  /** Without one, nothing is reported and nothing is loaded. */
  dsn: string | undefined;
  environment: string;
  release: string;
}

/** @throws Error when the DSN cannot be read */
export async function createErrorReporter(options: ErrorReporterOptions): Promise<ErrorReporter> {
  const { dsn, environment, release } = options;
  if (!dsn) return { report: () => undefined, close: () => Promise.resolve() };
  const { SentryErrorReporter } = await import('./sentry-error-reporter.js');
  return new SentryErrorReporter({ dsn, environment, release });
}
