// Engines that are seen by their kinds: installed when the API server has the kinds, missing when it has not.
import type { Kind } from "../../models/kind.ts";
import type { Engine } from "../contract.ts";
import { kindName } from "../kube/path.ts";

/** One engine's kinds that a controller can not do without. */
export function engineOf(...kinds: readonly Kind[]): Engine {
  return {
    absence({ metadata }, caches) {
      // Of a kind that is not there nothing is left that would have to go first.
      if (metadata.deletionTimestamp !== undefined) return undefined;
      const missing = kinds.filter((kind) => caches.of(kind).absent);
      if (missing.length === 0) return undefined;
      const names = missing.map(kindName).join(", ");
      const message = `${missing[0]?.engine} is not installed: the cluster does not have ${names}. docs/install.md says what to install`;
      return { message, tellAfterMs: 0 };
    },
    onPresence(caches, handler, signal) {
      for (const kind of kinds) signal.addEventListener("abort", caches.of(kind).onPresence(handler), { once: true });
    },
  };
}
