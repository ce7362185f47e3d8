// Counters of the APIs by route template (never by URL: ids would make endless series).
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface HttpMetrics {
  observe(service: string, method: string, route: string, status: number, seconds: number): void;
  readonly inFlight: { inc(): void; dec(): void };
}

export function httpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "kumulus_api_requests_total",
    help: "Answered API requests.",
    labelNames: ["service", "method", "route", "code"],
    registers,
  });
  const durations = new Histogram({
    name: "kumulus_api_request_duration_seconds",
    help: "Time from the request's headers to the end of its answer.",
    labelNames: ["service", "method", "route"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers,
  });
  const inFlight = new Gauge({ name: "kumulus_api_requests_in_flight", help: "Requests without an answer yet.", registers });
  return {
    observe(service, method, route, status, seconds) {
      requests.inc({ service, method, route, code: status });
      durations.observe({ service, method, route }, seconds);
    },
    inFlight,
  };
}
