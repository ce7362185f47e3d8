// The controllers of the network group.
import type { OvsdbClient } from "../../clients/ovsdb/client.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import type { Caches, ControllerDefinition, Log } from "../../operator/contract.ts";
import { createAudit } from "./audit/audit.ts";
import type { NetworkDeps } from "./deps.ts";
import { floatingIPController } from "./floating-ip/reconciler.ts";
import { ipAddressController } from "./ip-address/reconciler.ts";
import { networkController } from "./network/reconciler.ts";
import { createChassis } from "./ovn/chassis.ts";
import { ovnEngine } from "./ovn/engine.ts";
import { createNorthbound } from "./ovn/northbound.ts";
import { portController } from "./port/reconciler.ts";
import { routerController } from "./router/reconciler.ts";
import { securityGroupController } from "./security-group/reconciler.ts";
import { subnetController } from "./subnet/reconciler.ts";

export interface NetworkOptions {
  /** Connected to OVN_Northbound with `northboundTables` (ovn/tables.ts). */
  readonly northbound: OvsdbClient;
  /** Connected to OVN_Southbound with `southboundTables`. */
  readonly southbound: OvsdbClient;
  /** The manager's caches. */
  readonly caches: Caches;
  readonly log: Log;
  /** MTU in bytes of networks in tunnels (1442: what fits Geneve over 1500). */
  readonly tenantMTU?: number;
  /** MTU in bytes of flat and VLAN networks (1500). */
  readonly providerMTU?: number;
  /** Pause between audits in ms (60 000). */
  readonly auditMs?: number;
  /** How long an address may be without its port, in ms (60 000). */
  readonly addressGraceMs?: number;
  /** Where searches for free addresses start: Math.random unless said. */
  readonly random?: () => number;
}

/** All of them read and write through the same two databases, and one audit wakes them when OVN has drifted. */
export function networkControllers(options: NetworkOptions): ControllerDefinition[] {
  const { caches, log, tenantMTU = 1442, providerMTU = 1500, auditMs = 60_000, addressGraceMs = 60_000, random = Math.random } = options;
  const deps: NetworkDeps = {
    caches,
    northbound: createNorthbound(options.northbound),
    chassis: createChassis(options.southbound),
    ovn: ovnEngine(options.northbound),
    settings: { tenantMTU, providerMTU, addressGraceMs, random },
  };
  const audit = createAudit(deps, { intervalMs: auditMs, againMs: Math.min(auditMs, 2000), log: log.child({ part: "audit" }) });
  return [
    networkController(deps, [audit.source(Network)]),
    subnetController(deps, [audit.source(Subnet)]),
    securityGroupController(deps, [audit.source(SecurityGroup)]),
    portController(deps, [audit.source(Port)]),
    routerController(deps, [audit.source(Router)]),
    floatingIPController(deps, [audit.source(FloatingIP)]),
    ipAddressController(deps, [audit.source(IPAddress)]),
  ];
}
