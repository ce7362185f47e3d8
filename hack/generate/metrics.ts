// docs/metrics.md: the metrics of every role, from their registries.
import type { Registry } from "prom-client";
import { httpMetrics } from "../../api/http/metrics.ts";
import { policyMetrics } from "../../api/policy-files.ts";
import { certificateMetrics, databaseMetrics, imageStoreMetrics } from "../../operator/dependency-metrics.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { admissionMetrics } from "../../webhooks/metrics.ts";

/** As main.ts fills them. */
const additions: Readonly<Record<string, (registry: Registry) => void>> = {
  operator(registry) {
    databaseMetrics(registry, {});
    certificateMetrics(registry, {});
  },
  api(registry) {
    httpMetrics(registry);
    policyMetrics(registry);
    imageStoreMetrics(registry, "/");
  },
  webhook(registry) {
    admissionMetrics(registry);
    certificateMetrics(registry, {});
  },
};

interface Metric {
  name: string;
  type: string;
  labels: readonly string[];
  help: string;
}

interface Known {
  name: string;
  help: string;
  type: string;
  labelNames?: readonly string[];
}

export function metricsOf(role: keyof typeof additions): Metric[] {
  const metrics = createMetrics();
  metrics.caches(() => []);
  additions[role]?.(metrics.registry);
  const known = metrics.registry.getMetricsAsArray() as unknown as Known[];
  return known
    .map(({ name, help, type, labelNames = [] }) => ({ name, type, help, labels: labelNames }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export const roles = Object.keys(additions);

/** Of Node.js and prom-client, not ours: their labels and texts come from there. */
const isForeign = ({ name }: Metric) => /^(process|nodejs)_/.test(name);

/** The series that Prometheus sees of a metric. */
export const seriesOf = ({ name, type }: Metric): string[] =>
  type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];

const row = ({ name, type, labels, help }: Metric, of: string) =>
  `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${of} | ${help} |`;

export function metricsFiles(): Map<string, string> {
  const byRole = new Map(roles.map((role) => [role, metricsOf(role)]));
  const all = new Map([...byRole.values()].flat().map((metric) => [metric.name, metric]));
  const rolesOf = (name: string) => roles.filter((role) => byRole.get(role)?.some((metric) => metric.name === name));
  const own = [...all.values()].filter((metric) => !isForeign(metric)).sort((a, b) => a.name.localeCompare(b.name));
  const foreign = [...all.values()].filter(isForeign).map(({ name }) => `\`${name}\``);
  const lines = [
    "<!-- Written by `npm run generate`; do not edit. -->",
    "# Metrics",
    "",
    "Prometheus reads them under `/metrics`: of the API on its own port, of operator and webhook on the port `health`. Names and labels are stable: a change",
    "is announced in the changelog. What controllers, work queues and requests to the API server have in common with other operators has the names that",
    "controller-runtime and client-go gave them, so that dashboards for those work here too.",
    "",
    "| name | type | labels | of | what |",
    "|---|---|---|---|---|",
    ...own.map((metric) => {
      const of = rolesOf(metric.name);
      return row(metric, of.length === roles.length ? "all" : of.join(", "));
    }),
    "",
    `Besides, all roles have what prom-client tells of the process and of Node.js: ${foreign.join(", ")}.`,
    "",
  ];
  return new Map([["docs/metrics.md", lines.join("\n")]]);
}
