// A FloatingIP in OVN: one NAT row of the router, done on its gateway chassis. Pure.
import { displayNameOf, idOf } from "../../../domain/id.ts";
import { routerName } from "../../../domain/net/names.ts";
import type { FloatingIP } from "../../../models/network/floating-ip.ts";
import { type DesiredRow, rowUuid } from "../ovn/rows.ts";
import { routerUuid } from "../router/desired.ts";
import type { FloatingWorld } from "./gather.ts";

export const floatingAddress = ({ own }: FloatingWorld): string | undefined => own?.status?.fixedIPs?.[0]?.ipAddress;

/** None while it leads nowhere. Without `external_mac` and `logical_port` the translation is centralised. */
export function desiredFloatingRows(floating: FloatingIP, world: FloatingWorld): DesiredRow[] {
  const external = floatingAddress(world);
  const { router, fixedAddress, target, own, network } = world;
  if (external === undefined || !router || fixedAddress === undefined || !target || !own) return [];
  const id = idOf(floating);
  return [
    {
      table: "NAT",
      uuid: rowUuid("NAT", id),
      parent: routerUuid(idOf(router)),
      columns: {
        type: "dnat_and_snat",
        external_ip: external,
        logical_ip: fixedAddress,
        external_ids: {
          "neutron:fip_id": id,
          "neutron:fip_port_id": idOf(target),
          "neutron:fip_network_id": network ? idOf(network) : "",
          "neutron:fip_external_mac": own.status?.macAddress ?? "",
          "neutron:router_name": routerName(idOf(router)),
          "neutron:router_display_name": displayNameOf(router),
        },
      },
    },
  ];
}
