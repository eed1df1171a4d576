import {
  NodeClient,
  Scope,
  dedupeIntegration,
  defaultStackParser,
  linkedErrorsIntegration,
  makeNodeTransport,
  type ErrorEvent,
} from '@sentry/node';
import type { ErrorContext, ErrorReporter } from './error-reporting.js';
import { plainText } from './log-fields.js';

/**
 * Reports to Sentry, or to anything that speaks its protocol, through a client of its own: `Sentry.init` would hook into
 * http, console and the module loader, and make itself global. Requests are traced by `tracing.ts` alone.
 */
export class SentryErrorReporter implements ErrorReporter {
  private readonly client: NodeClient;

  constructor({ dsn, environment, release }: { dsn: string; environment: string; release: string }) {
    // The client would only write to the console, and then report nothing.
    if (!isDsn(dsn)) throw new Error('The Sentry DSN is not of the form https://KEY@HOST/PROJECT.');
    this.client = new NodeClient({
      dsn,
      environment,
      release,
      transport: makeNodeTransport,
      stackParser: defaultStackParser,
      integrations: [linkedErrorsIntegration(), dedupeIntegration()],
      enableOpenTelemetrySetup: false,
      enableRuntimeChannelInjection: false,
      sendClientReports: false,
      includeServerName: false,
      dataCollection: {
        userInfo: false,
        cookies: false,
        httpHeaders: false,
        httpBodies: [],
        urlQueryParams: false,
        databaseQueryData: false,
        queues: false,
        stackFrameVariables: false,
      },
      beforeSend: withoutPersonalData,
    });
    this.client.init();
  }

  report(error: unknown, { requestId, traceId, method, route, status }: ErrorContext = {}): void {
    const scope = new Scope();
    scope.setClient(this.client);
    scope.setTags({ requestId, traceId, method, route, status });
    if (method && route) scope.setTransactionName(`${method} ${route}`);
    scope.captureException(error);
  }

  async close(timeoutMs: number): Promise<void> {
    await this.client.close(timeoutMs);
  }
}

function isDsn(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username !== '' && /\/\d+$/.test(url.pathname);
}

/** What is reported is a stack and the tags above; messages lose what looks like a credential. */
function withoutPersonalData({ request, user, breadcrumbs, extra, server_name, ...event }: ErrorEvent): ErrorEvent {
  void [request, user, breadcrumbs, extra, server_name];
  if (event.message) event.message = plainText(event.message);
  for (const exception of event.exception?.values ?? []) {
    if (exception.value) exception.value = plainText(exception.value);
    for (const frame of exception.stacktrace?.frames ?? []) delete frame.vars;
  }
  return event;
}
