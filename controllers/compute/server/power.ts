// When a server's guest is started or stopped. Pure.
import type { VirtualMachine } from "../../../clients/kubevirt/kinds.ts";
import type { Power } from "../../../domain/compute/state.ts";
import type { Server } from "../../../models/compute/server.ts";
import { firstMoment } from "../../../operator/controller/first-moment.ts";
import { hasLaunched, isLive, type Seen } from "./seen.ts";

export interface PowerStep {
  call?: "start" | "stop";
  /** The power that counts as carried out. */
  done?: Power;
  wakeAfterMs?: number;
}

const down = new Set(["Stopped", "Stopping"]);

/**
 * Acts only when the wish differs from what was carried out last: a guest that powered itself off stays off. A change counts as carried out once
 * it is seen (KubeVirt's note, or the run): else a stop right after a start would find neither, and be lost. Asking twice is harmless.
 */
export function powerStep(server: Server, seen: Seen, vm: VirtualMachine): PowerStep {
  const wanted = server.spec.power ?? "On";
  const done = server.status?.power;
  if (wanted === done || vm.metadata.deletionTimestamp) return keep(done);
  return wanted === "On" ? onStep(server, seen, vm) : offStep(server, seen, vm);
}

const keep = (done: Power | undefined): PowerStep => (done === undefined ? {} : { done });

function onStep(server: Server, seen: Seen, vm: VirtualMachine): PowerStep {
  const old = keep(server.status?.power);
  const notes = notesOf(vm);
  if (notes.includes("Start")) return { done: "On" };
  if (!isLive(seen.vmi)) return notes.length > 0 ? old : { call: "start", ...(hasLaunched(server, seen) ? old : { done: "On" }) };
  const goesDown =
    notes.includes("Stop") || seen.vmi.metadata.deletionTimestamp !== undefined || down.has(vm.status?.printableStatus ?? "");
  return goesDown ? old : { done: "On" };
}

function offStep(server: Server, seen: Seen, vm: VirtualMachine): PowerStep {
  const old = keep(server.status?.power);
  const notes = notesOf(vm);
  if (isLive(seen.vmi)) {
    const goesDown = (notes.includes("Stop") || seen.vmi.metadata.deletionTimestamp !== undefined) && !notes.includes("Start");
    return goesDown ? { done: "Off" } : { call: "stop", ...old };
  }
  if (notes.length > 0) return old;
  if (hasLaunched(server, seen)) return { done: "Off" };
  // The first start is on its way although neither its note nor its run is seen yet: certainly, or maybe.
  if (server.status?.power === "On") return old;
  const moment = server.status?.power === undefined ? firstMoment(vm, seen.now.getTime()) : 0;
  return moment > 0 ? { ...old, wakeAfterMs: moment } : { done: "Off" };
}

const notesOf = (vm: VirtualMachine): string[] => (vm.status?.stateChangeRequests ?? []).map(({ action }) => action);
