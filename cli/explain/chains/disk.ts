// A disk: DataVolume → PersistentVolumeClaim → PersistentVolume. Pure.
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { PersistentVolume, PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import { absentLine, type Line, nameOf, stages, words } from "../line.ts";
import { eventsOf } from "../readiness.ts";
import type { World } from "../world.ts";

export interface DiskPlace {
  name: string;
  namespace: string | undefined;
  /** Namespace that the reader knows already; the disk's own unless said. */
  known?: string | undefined;
  /** When it is made, where it is not there. */
  stage: number;
  /** What stands in the line's end, such as `root disk`. */
  role?: string;
}

function persistentVolumeLine(name: string, world: World): Line {
  const volume = world.get(PersistentVolume, name);
  if (!volume) return absentLine(`PersistentVolume ${name}`, stages.claim);
  const phase = volume.status?.phase ?? "";
  const ready = phase === "Bound";
  const { capacity } = volume.spec ?? {};
  return {
    what: nameOf(volume),
    state: ready ? "ready" : "waiting",
    shows: words(phase, String(capacity?.storage ?? "")),
    ...(!ready && { why: volume.status?.message || "not bound to its claim" }),
    events: [],
    stage: stages.claim,
    children: [],
  };
}

/** How a line of an event begins that tells of trouble. */
const warning = "Warning: ";

export function claimLine(name: string, namespace: string | undefined, world: World): Line | undefined {
  const claim = world.get(PersistentVolumeClaim, name, namespace);
  if (!claim) return undefined;
  const { phase = "", capacity } = claim.status ?? {};
  const ready = phase === "Bound";
  const events = ready ? [] : eventsOf(claim, world);
  const complaint = events.findLast((event) => event.startsWith(warning))?.slice(warning.length);
  const volumeName = claim.spec?.volumeName;
  return {
    what: nameOf(claim, namespace),
    state: ready ? "ready" : "waiting",
    shows: words(phase, String(capacity?.storage ?? ""), claim.spec?.storageClassName),
    ...(!ready && { why: complaint ?? `waits for a PersistentVolume of the StorageClass ${claim.spec?.storageClassName ?? "(default)"}` }),
    events,
    // CDI leaves a claim unbound until its data is complete: only one that complains is the cause.
    stage: complaint ? stages.disk - 1 : stages.claim,
    children: volumeName ? [persistentVolumeLine(volumeName, world)] : [],
  };
}

function whyNot({ status }: DataVolume): string {
  const { phase, conditions = [], restartCount = 0 } = status ?? {};
  const told = ["Running", "Bound", "Ready"].map((type) =>
    conditions.find((condition) => condition.type === type && condition.status !== "True"),
  );
  const spoken = told.find((condition) => condition?.message);
  const words = spoken
    ? `${spoken.reason ? `${spoken.reason}: ` : ""}${spoken.message}`
    : phase
      ? "CDI is filling it"
      : "CDI has not begun with it: does its controller run?";
  return restartCount > 0 ? `${words} (tried ${restartCount + 1} times)` : words;
}

/** The claim alone where there is no DataVolume: CDI may remove it when it is done. */
export function diskLine({ name, namespace, known = namespace, stage, role }: DiskPlace, world: World): Line {
  const dataVolume = world.get(DataVolume, name, namespace);
  const claim = claimLine(name, namespace, world);
  if (!dataVolume) {
    const absent = absentLine(`DataVolume ${name}`, stage, words("not made yet", role));
    return claim ? { ...claim, shows: words(claim.shows, role) } : absent;
  }
  const { phase, progress, conditions = [] } = dataVolume.status ?? {};
  const bound = conditions.find(({ type }) => type === "Bound");
  const ready = phase === "Succeeded" && (bound === undefined || bound.status === "True") && !dataVolume.metadata.deletionTimestamp;
  return {
    what: nameOf(dataVolume, known),
    state: ready ? "ready" : "waiting",
    shows: words(phase ?? "no phase", ready || progress === "N/A" ? undefined : progress, role),
    ...(!ready && { why: dataVolume.metadata.deletionTimestamp ? "being deleted" : whyNot(dataVolume) }),
    events: ready ? [] : eventsOf(dataVolume, world),
    stage: stages.disk,
    children: claim ? [claim] : [],
  };
}
