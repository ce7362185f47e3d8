// Keeps each Subnet's DHCP options and says what is wrong with it; on deletion waits for the addresses that are in use.
import { finalizers } from "../../../domain/finalizers.ts";
import { idOf } from "../../../domain/id.ts";
import { isAutoAddress, overlapProblem, subnetProblem, subnetRange } from "../../../domain/net/subnet.ts";
import { IPAddress } from "../../../models/network/ip-address.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { ControllerDefinition, Source } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { isOlder, keyOf, type NetworkDeps, notReady, type Reader, ready, rowOwner, soonMs } from "../deps.ts";
import { by, networkIndexes, place } from "../indexes.ts";
import { mtuOf } from "../network/desired.ts";
import { isMetadataPort, metadataAddress } from "../network/metadata-port.ts";
import { desiredSubnetRows } from "./desired.ts";
import { subnetStatus } from "./status.ts";

const stands = (subnet: Subnet): boolean =>
  subnet.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;

/** Of subnets that overlap the one that is in force stands; among equals the older. */
function strongerSiblings(subnet: Subnet, read: Reader): Subnet[] {
  return read
    .byIndex(Subnet, by.network, place(subnet.metadata.namespace, subnet.spec.networkRef.name))
    .filter((other) => other.metadata.uid !== subnet.metadata.uid)
    .filter((other) => (stands(other) === stands(subnet) ? isOlder(other, subnet) : stands(other)));
}

export function subnetController({ northbound, ovn, settings }: NetworkDeps, sources: readonly Source[]): ControllerDefinition {
  return defineController<Subnet>({
    kind: Subnet,
    finalizer: finalizers.subnet,
    needs: [ovn],
    indexes: networkIndexes,
    watches: [
      watch(Network, (network, caches) =>
        caches.of(Subnet).byIndex(by.network, place(network.metadata.namespace, network.metadata.name)).map(keyOf),
      ),
      watch(Port, (port, caches) =>
        isMetadataPort(port)
          ? caches.of(Subnet).byIndex(by.network, place(port.metadata.namespace, port.spec.networkRef.name)).map(keyOf)
          : [],
      ),
      // A subnet that goes waits for its last address.
      watch(IPAddress, ({ metadata, spec }, caches) => {
        const subnet = caches.of(Subnet).get(spec.subnetRef.name, metadata.namespace);
        return subnet?.metadata.deletionTimestamp === undefined ? [] : [keyOf(subnet)];
      }),
    ],
    sources,
    concurrency: 8,

    async reconcile(subnet, ctx) {
      const network = ctx.get(Network, subnet.spec.networkRef.name, subnet.metadata.namespace);
      const range = subnetRange(subnet.spec);
      if (!network) {
        const condition = notReady("WaitingForNetwork", `Waiting for Network ${subnet.spec.networkRef.name}`);
        await ctx.applyStatus(Subnet, subnet, subnetStatus(range, condition));
        return {};
      }
      const siblings = strongerSiblings(subnet, ctx).map((other) => other.spec);
      const overlap = range && overlapProblem(range.cidr, siblings, idOf(network));
      const problem = overlap ?? subnetProblem(subnet.spec, [], idOf(network));
      if (problem) {
        await northbound.apply(rowOwner(subnet), []);
        const reason = overlap ? "Overlap" : (problem.reason ?? "Invalid");
        await ctx.applyStatus(Subnet, subnet, subnetStatus(undefined, notReady(reason, problem.message)));
        return {};
      }
      await northbound.apply(
        rowOwner(subnet),
        desiredSubnetRows(subnet, network, { mtu: mtuOf(network, settings), metadataIP: metadataAddress(subnet, ctx) }),
      );
      await ctx.applyStatus(Subnet, subnet, subnetStatus(range, ready("Addresses can be taken")));
      return {};
    },

    async finalize(subnet, ctx) {
      const addresses = ctx.byIndex(IPAddress, by.subnet, place(subnet.metadata.namespace, subnet.metadata.name));
      // Ports let go of addresses that they made themselves (SLAAC); others are in use until their port is deleted.
      if (addresses.length > 0) return { requeueAfterMs: isAutoAddress(subnet.spec) ? 200 : soonMs };
      await northbound.apply(rowOwner(subnet), []);
      return "done";
    },
  });
}
