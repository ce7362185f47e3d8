// Keeps each SecurityGroup's port group and ACLs; on deletion waits until no port names it.
import { finalizers } from "../../../domain/finalizers.ts";
import { idOf } from "../../../domain/id.ts";
import { Port } from "../../../models/network/port.ts";
import { SecurityGroup } from "../../../models/network/security-group.ts";
import type { ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { keyOf, type NetworkDeps, type Reader, rowOwner, soonMs } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import type { DesiredRow } from "../ovn/rows.ts";
import { desiredGroupRows } from "./desired.ts";
import { groupStatus } from "./status.ts";

/** Gathers what a group's rules name. */
export function gatherGroup(group: SecurityGroup, read: Reader): { rows: DesiredRow[]; missing: string[] } {
  const missing = new Set<string>();
  const rows = desiredGroupRows(group, (name) => {
    const remote = read.get(SecurityGroup, name, group.metadata.namespace);
    if (!remote) missing.add(name);
    return remote && idOf(remote);
  });
  return { rows, missing: [...missing].sort() };
}

export function securityGroupController({ northbound, ovn }: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  return defineController<SecurityGroup>({
    kind: SecurityGroup,
    finalizer: finalizers.securityGroup,
    needs: [ovn],
    indexes: networkIndexes,
    reads: [Port],
    watches: [
      watch(SecurityGroup, (group, caches) =>
        caches.of(SecurityGroup).byIndex(by.remote, place(group.metadata.namespace, group.metadata.name)).map(keyOf),
      ),
    ],
    sources,
    concurrency: 8,

    async reconcile(group, ctx) {
      const { rows, missing } = gatherGroup(group, ctx);
      await northbound.apply(rowOwner(group), rows);
      await ctx.applyStatus(SecurityGroup, group, groupStatus(group, missing));
      return {};
    },

    async finalize(group, ctx) {
      if (ctx.byIndex(Port, by.group, place(group.metadata.namespace, group.metadata.name)).length > 0) return { requeueAfterMs: soonMs };
      await northbound.apply(rowOwner(group), []);
      return "done";
    },
  });
}
