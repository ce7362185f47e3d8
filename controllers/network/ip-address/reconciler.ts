// Collects IPAddress objects whose Port is gone. It writes no status: that an address exists is all there is to say.
import { right } from "../../../domain/rights.ts";
import { IPAddress } from "../../../models/network/ip-address.ts";
import { Port } from "../../../models/network/port.ts";
import type { ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { createStopwatch } from "../../../operator/stopwatch.ts";
import { keyOf, type NetworkDeps } from "../deps.ts";
import { networkIndexes } from "../indexes.ts";
import { remainingMs } from "./desired.ts";

export function ipAddressController({ settings }: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  const alone = createStopwatch();
  return defineController<IPAddress>({
    kind: IPAddress,
    indexes: networkIndexes,
    reads: [Port],
    sources,
    ownConditions: false,
    rights: [right(IPAddress, "delete")],
    concurrency: 8,

    async reconcile(address, ctx) {
      const { name, namespace } = address.spec.portRef;
      const port = ctx.get(Port, name, namespace ?? address.metadata.namespace);
      const uid = address.metadata.uid ?? "";
      const leftMs = remainingMs(port, port ? 0 : alone.elapsedMs(uid), settings.addressGraceMs);
      if (leftMs === undefined) {
        alone.forget(uid);
        return {};
      }
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      ctx.log.info({ address: address.spec.address, port: name }, "Collected an address whose port is gone");
      await ctx.delete(IPAddress, keyOf(address), { uid });
      return {};
    },
  });
}
