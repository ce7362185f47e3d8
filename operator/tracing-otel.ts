// Tracing through OpenTelemetry's SDK. Loaded only where a collector is named.
import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Tracing } from "./tracing.ts";

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };
const propagator = new W3CTraceContextPropagator();
const getter = {
  get: (carrier: Record<string, string>, key: string) => carrier[key],
  keys: (carrier: Record<string, string>) => Object.keys(carrier),
};
const setter = { set: (carrier: Record<string, string>, key: string, value: string) => void Object.assign(carrier, { [key]: value }) };

const goingOnFrom = (traceparent: string): Context => propagator.extract(ROOT_CONTEXT, { traceparent }, getter);

export function openTelemetry(serviceName: string): { tracing: Tracing; stop(): Promise<void> } {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName, "service.namespace": "kumulus" }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider.getTracer("kumulus");
  const tracing: Tracing = {
    span(name, { kind, attributes, parent }, work) {
      const around = parent === undefined ? context.active() : goingOnFrom(parent);
      return tracer.startActiveSpan(name, { kind: kinds[kind], ...(attributes && { attributes }) }, around, async (span) => {
        try {
          return await work((more) => span.setAttributes(more));
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    traceparent() {
      if (!trace.getSpan(context.active())) return undefined;
      const carrier: Record<string, string> = {};
      propagator.inject(context.active(), carrier, setter);
      return carrier.traceparent;
    },
  };
  return {
    tracing,
    async stop() {
      await provider.shutdown();
      context.disable();
      propagation.disable();
    },
  };
}
