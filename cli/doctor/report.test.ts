// The doctor's report and its exit code.
import assert from "node:assert/strict";
import type { Finding, Verdict } from "./finding.ts";
import { exitCode, jsonReport, summaryLine, textReport } from "./report.ts";

const finding = (verdict: Verdict): Finding => ({ check: "c", verdict, found: "f", ...(verdict !== "ok" && { advice: "a" }) });

describe("the doctor's report", () => {
  const table: [findings: Verdict[], code: number, strict: number, summary: string][] = [
    [["ok", "ok"], 0, 0, "doctor: 2 checks, all ok"],
    [["ok", "warn"], 0, 1, "doctor: 2 checks, 1 ok, 1 warn, 0 fail"],
    [["ok", "warn", "fail"], 1, 1, "doctor: 3 checks, 1 ok, 1 warn, 1 fail"],
  ];
  for (const [verdicts, code, strict, summary] of table) {
    it(`of ${verdicts.join(", ")}`, () => {
      const findings = verdicts.map(finding);
      assert.deepEqual([exitCode(findings, false), exitCode(findings, true), summaryLine(findings)], [code, strict, summary]);
    });
  }

  it("has one line for each finding, and the summary", () =>
    assert.deepEqual(textReport([finding("ok"), finding("fail")]).split("\n"), [
      "ok    c: f",
      "fail  c: f. To do: a",
      "doctor: 2 checks, 1 ok, 0 warn, 1 fail",
    ]));

  it("is read back as JSON", () => assert.deepEqual(JSON.parse(jsonReport([finding("warn")])).findings, [finding("warn")]));
});
