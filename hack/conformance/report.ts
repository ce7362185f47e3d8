// What a run of Tempest says, line by line, and the summary of it. Pure.

export type Verdict = "passed" | "failed" | "skipped";

export interface Result {
  name: string;
  verdict: Verdict;
  /** Of a skipped test. */
  reason?: string;
}

const verdicts: Readonly<Record<string, Verdict>> = { ok: "passed", FAILED: "failed", SKIPPED: "skipped" };

/** `{0} tempest.api.x.Class.test_y [0.12s] ... ok`; a class that can not be set up is one line with the class's name. */
export function parseLine(line: string): Result | undefined {
  const [, name, word = "", reason] = /^\{\d+\} (.+?) (?:\[[\d.]+s\] )?\.\.\. (ok|FAILED|SKIPPED)(?:: (.*))?$/.exec(line.trim()) ?? [];
  const verdict = verdicts[word];
  if (name === undefined || verdict === undefined) return undefined;
  return { name, verdict, ...(reason ? { reason } : {}) };
}

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

export const serviceOf = ({ name }: Result): string =>
  name.includes("keystone_tempest_plugin.") ? "keystone-tempest-plugin" : (/tempest\.api\.(\w+)/.exec(name)?.[1] ?? "other");

export function countByService(results: readonly Result[]): Record<string, Count> {
  const counts: Record<string, Count> = {};
  for (const result of results) {
    const service = serviceOf(result);
    counts[service] ??= { passed: 0, failed: 0, skipped: 0 };
    counts[service][result.verdict] += 1;
  }
  return counts;
}

export function markdown(results: readonly Result[]): string {
  const rows = Object.entries(countByService(results)).map(([service, { passed, failed, skipped }]) => {
    const share = passed + failed === 0 ? "" : `${((100 * passed) / (passed + failed)).toFixed(0)} %`;
    return `| ${service} | ${passed} | ${failed} | ${skipped} | ${share} |`;
  });
  const list = (verdict: Verdict) =>
    results.filter((result) => result.verdict === verdict).map(({ name, reason }) => `- \`${name}\`${reason ? `: ${reason}` : ""}`);
  return [
    "# Tempest",
    "",
    "| service | passed | failed | skipped | passed of those that ran |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "## Failed",
    ...list("failed"),
    "",
    "## Skipped",
    ...list("skipped"),
    "",
  ].join("\n");
}
