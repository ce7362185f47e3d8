// A port that a router or a floating IP makes may be refused, such as for an address outside the subnets: said once, not tried for ever.
import { isCode } from "../../domain/errors.ts";
import type { ConditionInput } from "../../operator/contract.ts";
import { notReady } from "./deps.ts";

/** Until it is tried again: subnets may come that allow what was refused. */
export const refusedRetryMs = 30_000;

/** Resolves with the condition of a port's owner when the port is invalid; rejects on anything else. */
export async function refusalOf(work: Promise<unknown>): Promise<ConditionInput | undefined> {
  try {
    await work;
  } catch (error) {
    if (!isCode(error, "Invalid")) throw error;
    return notReady("InvalidAddress", error.message);
  }
  return undefined;
}
