import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders } from 'node:http';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  defaultTextMapGetter,
  defaultTextMapSetter,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { plainText } from './log-fields.js';
import type { RequestOutcome, RequestTrace, SpanAttributes, Tracing, TracingOptions } from './tracing.js';

const EXPORT_TIMEOUT_MS = 5000;
// The methods that the conventions name; any other is `_OTHER`, so that a caller cannot make up span names.
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/**
 * Spans by hand, without patching any module and without the global tracer provider and context manager of
 * @opentelemetry/api. Names and attributes: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export class OtlpTracing implements Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly contexts = new AsyncLocalStorage<Context>();

  constructor(options: TracingOptions & { endpoint: string }) {
    const { endpoint, serviceName, serviceVersion, environment, sampleRatio = 1, onExportFailed } = options;
    const exporter = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    this.provider = new TracerProvider({
      resource: defaultResource().merge(
        resourceFromAttributes({
          'service.name': serviceName,
          'service.version': serviceVersion,
          'deployment.environment.name': environment,
        }),
      ),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
      spanLimits: { attributeValueLengthLimit: 1024 },
      spanProcessors: [new BatchSpanProcessor({ exporter: tellingOfFailures(exporter, onExportFailed) })],
    });
    this.tracer = this.provider.getTracer('pitwall', serviceVersion);
  }

  startRequest({ method, headers }: { method: string; headers: IncomingHttpHeaders }): RequestTrace {
    const parent = this.propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const known = METHODS.has(method) ? method : '_OTHER';
    const attributes = { 'http.request.method': known };
    // Without a known method the conventions name the span HTTP.
    const verb = known === '_OTHER' ? 'HTTP' : known;
    const span = this.tracer.startSpan(verb, { kind: SpanKind.SERVER, attributes }, parent);
    const context = trace.setSpan(parent, span);
    return {
      traceId: span.spanContext().traceId,
      run: (handler) => this.contexts.run(context, handler),
      end: (outcome) => endRequest(span, verb, outcome),
    };
  }

  async traced<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const parent = this.contexts.getStore() ?? ROOT_CONTEXT;
    const span = this.tracer.startSpan(name, { attributes }, parent);
    try {
      return await this.contexts.run(trace.setSpan(parent, span), work);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  currentTraceId(): string | undefined {
    const context = this.contexts.getStore();
    return context && trace.getSpanContext(context)?.traceId;
  }

  outgoingHeaders(): Record<string, string> {
    const headers: Record<string, string> = {};
    const context = this.contexts.getStore();
    if (context) this.propagator.inject(context, headers, defaultTextMapSetter);
    return headers;
  }

  async shutdown(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
  }
}

function endRequest(span: Span, verb: string, { route, status, error }: RequestOutcome): void {
  if (route !== undefined) {
    span.updateName(`${verb} ${route}`);
    span.setAttribute('http.route', route);
  }
  span.setAttribute('http.response.status_code', status);
  // A 4xx is the caller's fault, not this span's.
  if (error !== undefined) markFailed(span, error);
  else if (status >= 500) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', String(status));
  }
  span.end();
}

function markFailed(span: Span, error: unknown): void {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  span.recordException({ name, message: plainText(message), stack: plainText(stack) });
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', name);
}

/** The processor drops a failed batch without a word; somebody should hear of it. */
function tellingOfFailures(exporter: SpanExporter, onFailed: (error: unknown) => void = () => undefined): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) onFailed(result.error);
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
