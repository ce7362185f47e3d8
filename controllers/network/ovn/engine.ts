// OVN as an engine: missing while its northbound database can not be reached.
import type { OvsdbClient } from "../../../clients/ovsdb/client.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { Engine } from "../../../operator/contract.ts";
import { readyOf } from "../../../operator/controller/status.ts";

/** A short outage is nobody's business. */
const quietMs = 30_000;

const message =
  "OVN is not there: its northbound database can not be reached. docs/install.md says how OVN is installed and named in the settings";

/** What OVN has been told it goes on doing without its databases: such objects are none the worse for an outage. */
function isServed(object: KubeObject): boolean {
  const ready = readyOf(object);
  const { generation, deletionTimestamp } = object.metadata;
  return deletionTimestamp === undefined && ready?.status === "True" && ready.observedGeneration === generation;
}

/** `now` is a monotonic clock in ms. */
export function ovnEngine(northbound: Pick<OvsdbClient, "synced" | "onSync">, now: () => number = () => performance.now()): Engine {
  /** When it was first missed. */
  let missedAt: number | undefined;
  return {
    absence(object) {
      if (northbound.synced) {
        missedAt = undefined;
        return undefined;
      }
      missedAt ??= now();
      const tellAfterMs = isServed(object) ? Number.POSITIVE_INFINITY : Math.max(0, missedAt + quietMs - now());
      return { message, tellAfterMs };
    },
    onPresence(_caches, handler, signal) {
      signal.addEventListener(
        "abort",
        northbound.onSync(() => handler(true)),
        { once: true },
      );
    },
  };
}
