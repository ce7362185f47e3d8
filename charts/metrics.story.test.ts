// Alerts and dashboards: the alerts fire when they should, and nothing asks for a metric that no role has.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { metricsOf, roles, seriesOf } from "../hack/generate/metrics.ts";
import { promtool } from "../hack/promtool.ts";

const files = join(import.meta.dirname, "kumulus/files");
const alerts = join(files, "alerts.yaml");

interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}

const rules = (parse(readFileSync(alerts, "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const dashboards = globSync(join(files, "dashboards/*.json"));

interface Dashboard {
  uid: string;
  panels: { type: string; title: string; targets?: { expr: string }[] }[];
}

const readDashboard = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Dashboard;

/** Words of an expression that stand where a metric does: before labels or a range, or by themselves with an underscore. */
const metricNames = (expression: string): string[] => {
  const bare = expression.replace(/"[^"]*"/g, '""').replace(/\b(by|without|on|ignoring) *\([^)]*\)/g, "");
  const labels = bare.replace(/\{[^}]*\}/g, "");
  return [...labels.matchAll(/\b[a-z][a-z0-9_]*_[a-z0-9_]+\b|\bup\b/g)]
    .map(([name]) => name)
    .filter((name) => name !== "histogram_quantile");
};

const known = new Set(["up", ...roles.flatMap(metricsOf).flatMap(seriesOf)]);

function run(...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(promtool(), argv, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

describe("alerts and dashboards of the chart", function () {
  this.timeout(300_000);
  const scratch = mkdtempSync(join(tmpdir(), "kumulus-dashboards-"));
  after(() => rmSync(scratch, { recursive: true }));

  it("has alerts that promtool accepts, and that fire when they should", () => {
    assert.match(run("check", "rules", alerts), new RegExp(`${rules.length} rules found`));
    run("test", "rules", join(import.meta.dirname, "testing/alerts.yaml"));
  });

  it("tests each alert", () => {
    const tests = readFileSync(join(import.meta.dirname, "testing/alerts.yaml"), "utf8");
    for (const { alert } of rules) assert.ok(tests.includes(`alertname="${alert}"`), alert);
  });

  it("has a runbook for each alert", () => {
    const operations = readFileSync(join(import.meta.dirname, "../docs/operations.md"), "utf8");
    for (const { alert, annotations } of rules) {
      assert.equal(annotations.runbook_url, `docs/operations.md#${alert.toLowerCase()}`);
      assert.ok(operations.includes(`### ${alert}\n`), `docs/operations.md has no section ${alert}`);
    }
  });

  it("asks for metrics that the roles have", () => {
    const expressions = [
      ...rules.map(({ alert, expr }) => [alert, expr] as const),
      ...dashboards.flatMap((path) =>
        readDashboard(path).panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
      ),
    ];
    for (const [where, expression] of expressions) {
      const names = metricNames(expression);
      assert.ok(names.length > 0, `${where}: ${expression}`);
      for (const name of names) assert.ok(known.has(name), `${where} asks for ${name}, which no role has`);
    }
  });

  for (const path of dashboards) {
    it(`has expressions in the dashboard ${basename(path)} that promtool can read`, () => {
      const { panels, uid } = readDashboard(path);
      assert.ok(uid);
      const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
      const group = { name: uid, rules: expressions.map((expr, index) => ({ record: `panel_${index}`, expr })) };
      const file = join(scratch, basename(path));
      writeFileSync(file, JSON.stringify({ groups: [group] }));
      run("check", "rules", file);
    });
  }
});
