// Traces of requests, reconciles and calls to the API server. Off, and almost free, until `startTracing` was told where to send them.

/** Attributes as OpenTelemetry's semantic conventions name them. */
export type Attributes = Record<string, string | number | boolean>;

export interface SpanOptions {
  kind: "server" | "client" | "internal";
  attributes?: Attributes;
  /** A W3C traceparent that this span goes on from; the span around it when undefined. */
  parent?: string;
}

/** Adds attributes that are known only later. */
export type Annotate = (attributes: Attributes) => void;

export interface Tracing {
  /** Runs `work` in a span; a rejection marks it as failed. */
  span<T>(name: string, options: SpanOptions, work: (annotate: Annotate) => Promise<T>): Promise<T>;
  /** Of the span around the caller. */
  traceparent(): string | undefined;
}

const nothing: Annotate = () => undefined;
const off: Tracing = { span: (_name, _options, work) => work(nothing), traceparent: () => undefined };
let current = off;

export const tracing = (): Tracing => current;

/**
 * Traces from now on when OTEL_EXPORTER_OTLP_ENDPOINT, or its variant for traces, names a collector (OTLP over HTTP). The other OTEL_ variables
 * are those of OpenTelemetry's specification. Resolves with what ends it: the last spans are sent then.
 */
export async function startTracing(role: string, env: NodeJS.ProcessEnv = process.env): Promise<() => Promise<void>> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return () => Promise.resolve();
  const { openTelemetry } = await import("./tracing-otel.ts");
  const { tracing: real, stop } = openTelemetry(env.OTEL_SERVICE_NAME ?? `kumulus-${role}`);
  current = real;
  return async () => {
    current = off;
    await stop();
  };
}
