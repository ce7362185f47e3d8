// A check: gathers something of the cluster within a time limit, and judges it with a pure function.

import { within } from "../../clients/ovsdb/timing.ts";
import { isCode, KumulusError } from "../../domain/errors.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import type { Settings } from "../../operator/settings.ts";
import { type Finding, type Judgement, unseen } from "./finding.ts";

/** What checks look at. */
export interface Patient {
  client: ApiClient;
  /** Undefined when nobody said where OVN is. */
  settings: Settings | undefined;
  now(): Date;
}

export interface Check {
  name: string;
  /** Looks at what the chart brings: senseless before an installation. */
  ofRelease: boolean;
  run(patient: Patient, limitMs: number): Promise<Finding[]>;
}

interface Definition<T> {
  name: string;
  ofRelease?: boolean;
  gather(patient: Patient, limitMs: number): Promise<T>;
  judge(seen: T, now: Date): Judgement[];
}

/** Never rejects, and takes no longer than the limit: what can not be seen is a finding too. */
export function defineCheck<T>({ name, ofRelease = false, gather, judge }: Definition<T>): Check {
  return {
    name,
    ofRelease,
    async run(patient, limitMs) {
      const late = () => new KumulusError("Unavailable", `no answer within ${limitMs / 1000} s`);
      try {
        const seen = await within(gather(patient, limitMs), limitMs, late);
        return judge(seen, patient.now()).map((judgement) => ({ check: name, ...judgement }));
      } catch (error) {
        return [{ check: name, ...unseen(error) }];
      }
    },
  };
}

/** Undefined for what is not there: an object, or a kind that nobody serves. */
export async function optional<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}
