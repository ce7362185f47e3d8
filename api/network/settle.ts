// Waiting for what the controllers decide about a new object: its addresses, or the reason why it can have none.
import { KumulusError } from "../../domain/errors.ts";
import type { Condition, KubeObject } from "../../models/kind.ts";
import type { Store } from "../http/store.ts";

/** Reasons of Ready=False after which waiting is no use, and the fault that each is to a client of Neutron. */
const finalReasons: Readonly<Record<string, { code: "Conflict" | "Invalid" | "NotFound"; reason: string }>> = {
  NoFreeAddress: { code: "Conflict", reason: "IpAddressGenerationFailure" },
  AddressInUse: { code: "Conflict", reason: "IpAddressInUse" },
  MACInUse: { code: "Conflict", reason: "MacAddressInUse" },
  InvalidAddress: { code: "Invalid", reason: "InvalidInput" },
  ExternalNetworkNotReachable: { code: "NotFound", reason: "ExternalGatewayForFloatingIPNotFound" },
  // A router may come, but Neutron does not wait for one.
  WaitingForRouter: { code: "NotFound", reason: "ExternalGatewayForFloatingIPNotFound" },
  Overlap: { code: "Invalid", reason: "BadRequest" },
};

interface Settling extends KubeObject {
  status?: { conditions?: Condition[]; observedGeneration?: number };
}

/** The fault that an object's Ready condition means for good; undefined while there is hope. Conditions of an older generation say nothing. */
export function failureOf(object: Settling): KumulusError | undefined {
  const ready = object.status?.conditions?.find(({ type }) => type === "Ready");
  const fault = ready?.status === "False" ? finalReasons[ready.reason] : undefined;
  const isCurrent = (ready?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
  return fault && isCurrent ? new KumulusError(fault.code, ready?.message ?? fault.reason, { reason: fault.reason }) : undefined;
}

const isObserved = ({ status, metadata }: Settling) => (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);

/** Waits until the controller has seen the newest spec and `done`; throws the fault of a final reason, or Unavailable (503) after ten seconds. */
export async function settled<T extends Settling>(store: Store<T>, object: T, done: (object: T) => boolean): Promise<T> {
  const seen = await store.waitFor(object, (now) => now === undefined || (isObserved(now) && done(now)) || failureOf(now) !== undefined);
  if (!seen) throw new KumulusError("Conflict", `${object.kind} was deleted meanwhile.`);
  const failure = failureOf(seen);
  if (failure) throw failure;
  return seen;
}

/** The same for an object just made: what can not be had is taken back. */
export async function settledOrDeleted<T extends Settling>(store: Store<T>, object: T, done: (object: T) => boolean): Promise<T> {
  try {
    return await settled(store, object, done);
  } catch (error) {
    await store.delete(object);
    throw error;
  }
}
