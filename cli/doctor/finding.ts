// What a check found: one line of the doctor's report.
import { KumulusError } from "../../domain/errors.ts";

export type Verdict = "ok" | "warn" | "fail";

export interface Finding {
  check: string;
  verdict: Verdict;
  found: string;
  /** What to do about it; always there for warn and fail. */
  advice?: string;
}

/** A finding without the name of its check, which is added by who runs it. */
export type Judgement = Omit<Finding, "check">;

export const ok = (found: string): Judgement => ({ verdict: "ok", found });
/** Works, but worse than it could; or could not be looked at. */
export const warn = (found: string, advice: string): Judgement => ({ verdict: "warn", found, advice });
/** Kumulus or a part of it can not work so. */
export const fail = (found: string, advice: string): Judgement => ({ verdict: "fail", found, advice });

/** What is said when a check could not see what it wanted to see. */
export function unseen(error: unknown): Judgement {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof KumulusError && error.code === "Forbidden") return warn(`not checked: ${message}`, "run it as an administrator");
  return warn(`not checked: ${message}`, "look at what does not answer, and run it again");
}
