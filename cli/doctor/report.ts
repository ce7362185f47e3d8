// The doctor's report as text and as JSON, and its exit code. Pure.
import type { Finding, Verdict } from "./finding.ts";

const count = (findings: readonly Finding[], verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;

const line = ({ verdict, check, found, advice }: Finding) =>
  `${verdict.padEnd(4)}  ${check}: ${found}${advice ? `. To do: ${advice}` : ""}`;

export function summaryLine(findings: readonly Finding[]): string {
  const [bad, odd] = [count(findings, "fail"), count(findings, "warn")];
  const rest = bad + odd === 0 ? "all ok" : `${count(findings, "ok")} ok, ${odd} warn, ${bad} fail`;
  return `doctor: ${findings.length} checks, ${rest}`;
}

export const textReport = (findings: readonly Finding[]): string => [...findings.map(line), summaryLine(findings)].join("\n");

export const jsonReport = (findings: readonly Finding[]): string =>
  JSON.stringify({ summary: summaryLine(findings), findings }, undefined, 2);

/** 1 when something can not work; with `strict` also when something works worse than it could. */
export function exitCode(findings: readonly Finding[], strict: boolean): number {
  return count(findings, "fail") > 0 || (strict && count(findings, "warn") > 0) ? 1 : 0;
}
