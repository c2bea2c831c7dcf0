import type { Attributes as OtelAttributes, Context, Span as OtelSpan } from '@opentelemetry/api';
import type { Attributes, Span, Telemetry } from '../telemetry.js';

/** How traces are sent, in milliseconds. */
const sendEveryMs = 500;
const limitMs = 3_000;

/** Sends traces to a collector by OTLP over HTTP; the libraries that it takes are loaded only here. */
export async function openTraces(endpoint: string): Promise<Pick<Telemetry, 'trace'> & { stop: () => Promise<void> }> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: limitMs });
  const provider = new sdk.TracerProvider({
    // The environment may say more, and another name.
    resource: resources
      .resourceFromAttributes({ 'service.name': 'ticketing-gateway' })
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanLimits: { attributeValueLengthLimit: 2_000 },
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: sendEveryMs })],
  });
  const tracer = provider.getTracer('ticketing-gateway');

  const wrapped = (span: OtelSpan): Span => ({
    child: (name, attributes = {}) =>
      wrapped(
        tracer.startSpan(
          name,
          { kind: kindOf(attributes), attributes: defined(attributes) },
          trace.setSpan(ROOT_CONTEXT, span),
        ),
      ),
    end: (attributes = {}, error) => {
      span.setAttributes(defined(attributes));
      // What an error says may hold what it is about.
      if (error !== undefined) {
        span.setAttribute('error.type', nameOf(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      if (attributes['outcome'] === 'fault') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  });
  const kindOf = (attributes: Attributes): number =>
    'db.query.text' in attributes ? SpanKind.CLIENT : SpanKind.INTERNAL;

  const parentIn = (traceparent: string | undefined): Context => {
    const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
    if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true });
  };

  return {
    trace: (name, traceparent) => wrapped(tracer.startSpan(name, { kind: SpanKind.SERVER }, parentIn(traceparent))),
    stop: async () => {
      // Traces that nobody takes are lost, and nothing else is.
      const sent = provider.shutdown().catch(() => undefined);
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
    },
  };
}

const defined = (attributes: Attributes): OtelAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

const nameOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
};
