// Counters of admission, under controller-runtime's names.
import { Counter, Histogram, type Registry } from "prom-client";

export interface AdmissionMetrics {
  /** `code` is the HTTP status of the answer in the review: 200 for what is let through, 500 for what could not be judged. */
  observe(kind: string, code: number, seconds: number): void;
}

export function admissionMetrics(registry: Registry): AdmissionMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "controller_runtime_webhook_requests_total",
    help: "Reviews by kind and by the status of the answer.",
    labelNames: ["webhook", "code"],
    registers,
  });
  const latency = new Histogram({
    name: "controller_runtime_webhook_latency_seconds",
    help: "Time of a review.",
    labelNames: ["webhook"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });
  return {
    observe(kind, code, seconds) {
      requests.inc({ webhook: kind, code });
      latency.observe({ webhook: kind }, seconds);
    },
  };
}
