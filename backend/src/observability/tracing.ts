import type { IncomingHttpHeaders } from 'node:http';

export type SpanAttributes = Record<string, string | number | boolean>;

/** What came of a request, for its span. */
export interface RequestOutcome {
  /** The template, `/api/v1/runs/{id}`; undefined when no route matched. */
  route: string | undefined;
  status: number;
  /** Only an error that nobody foresaw. */
  error?: unknown;
}

export interface RequestTrace {
  /** 32 hexadecimal digits; undefined while tracing is off. */
  readonly traceId: string | undefined;
  /** Runs the handler so that spans begun inside it become children of the request's. */
  run<T>(handler: () => T): T;
  /** Ends the span; to be called once. */
  end(outcome: RequestOutcome): void;
}

/** Spans of requests, and of the work done for them or beside them. */
export interface Tracing {
  /** Begins the span of an incoming request and carries on the caller's trace (https://www.w3.org/TR/trace-context/). */
  startRequest(request: { method: string; headers: IncomingHttpHeaders }): RequestTrace;
  /** Runs `work` inside a span of this name, a child of the current one. What it throws is marked on the span and thrown on. */
  traced<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  currentTraceId(): string | undefined;
  /** The headers by which another service carries on the current trace; empty when there is none. */
  outgoingHeaders(): Record<string, string>;
  /** Sends what is waiting. Never throws: a collector that is gone must not hold up the end of the process. */
  shutdown(): Promise<void>;
}

export interface TracingOptions {
  /** The collector's base URL, to which `/v1/traces` is added, as for OTEL_EXPORTER_OTLP_ENDPOINT. Without one, tracing is off. */
  endpoint: string | undefined;
  serviceName: string;
  serviceVersion: string;
  environment: string;
  /** Share of the traces begun here that are recorded, 0 to 1. A caller's own decision is followed. */
  sampleRatio?: number;
  /** Told of spans that the collector did not take; they are lost. */
  onExportFailed?: (error: unknown) => void;
}

/** OpenTelemetry over OTLP (http/json) when there is a collector, else nothing: the libraries are not even loaded. */
export async function createTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint, ...rest } = options;
  if (!endpoint) return tracingOff();
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing({ endpoint, ...rest });
}

function tracingOff(): Tracing {
  const untraced: RequestTrace = { traceId: undefined, run: (handler) => handler(), end: () => undefined };
  return {
    startRequest: () => untraced,
    traced: (_name, _attributes, work) => work(),
    currentTraceId: () => undefined,
    outgoingHeaders: () => ({}),
    shutdown: () => Promise.resolve(),
  };
}
