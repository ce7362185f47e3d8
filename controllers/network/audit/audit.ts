// The drift audit: compares all rows marked as ours with what the objects want. What differs goes to its controller, what belongs to nobody goes.

import type { RowOwner } from "../../../domain/net/row-keys.ts";
import type { Kind } from "../../../models/kind.ts";
import { IPAddress } from "../../../models/network/ip-address.ts";
import { Port } from "../../../models/network/port.ts";
import type { Log, ObjectKey, Source } from "../../../operator/contract.ts";
import { keyOf, type NetworkDeps, type Reader, rowOwner } from "../deps.ts";
import { type NorthboundRow, northboundTables, ownerOf, ownerText } from "../ovn/tables.ts";
import { dropGroupRows, dropOwner } from "../security-group/desired.ts";
import { repairMembers } from "./members.ts";
import { type Audited, auditedKinds } from "./wanted.ts";

export interface Findings {
  /** Objects whose rows were missing or different. */
  drifted: number;
  /** Owners that are gone. */
  orphans: number;
  /** Memberships of ports in port groups. */
  members: number;
  /** Addresses whose port is gone. */
  addresses: number;
}

export interface Audit {
  /** Gives the audit a way to wake the controller of a kind; the first one that starts also starts the periodic rounds. */
  source(kind: Kind): Source;
  /** One round, for tests and for the rounds. */
  round(): Promise<Findings>;
}

export interface AuditOptions {
  readonly intervalMs: number;
  /** Pause before the round that checks what the last one set right. */
  readonly againMs: number;
  readonly log: Log;
}

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createAudit(deps: NetworkDeps, { intervalMs, againMs, log }: AuditOptions): Audit {
  const { caches, northbound } = deps;
  const kinds = auditedKinds(deps);
  const wake = new Map<string, (key: ObjectKey) => void>();
  const read: Reader = {
    get: (kind, name, namespace) => caches.of(kind).get(name, namespace),
    byIndex: (kind, index, value) => caches.of(kind).byIndex(index, value),
  };

  /** Long lists are walked in pieces, so that reconciles go on meanwhile. */
  async function findDrift({ kind, wanted }: Audited): Promise<number> {
    let drifted = 0;
    for (const [i, object] of caches.of(kind).list().entries()) {
      if (i % 100 === 99) await breathe();
      if (object.metadata.deletionTimestamp !== undefined) continue;
      const rows = wanted(object, read);
      if (!rows || northbound.operations(rowOwner(object), rows).length === 0) continue;
      drifted += 1;
      log.debug({ kind: kind.kind, ...keyOf(object) }, "Rows in OVN differ");
      wake.get(kind.kind)?.(keyOf(object));
    }
    return drifted;
  }

  function orphanOwners(): RowOwner[] {
    const found = new Map<string, RowOwner>();
    const known = new Map(kinds.map(({ kind }) => [kind.kind, kind]));
    for (const table of Object.keys(northboundTables)) {
      for (const row of northbound.client.rows<NorthboundRow>(table)) {
        const owner = ownerOf(row);
        const kind = owner && known.get(owner.kind);
        if (kind && !caches.of(kind).get(owner.name, owner.namespace)) found.set(ownerText(owner), owner);
      }
    }
    return [...found.values()];
  }

  function wakeOrphanAddresses(): number {
    const orphans = caches
      .of(IPAddress)
      .list()
      .filter(({ metadata, spec }) => !caches.of(Port).get(spec.portRef.name, spec.portRef.namespace ?? metadata.namespace));
    for (const address of orphans) wake.get(IPAddress.kind)?.(keyOf(address));
    return orphans.length;
  }

  async function round(): Promise<Findings> {
    await northbound.client.whenSynced(5000);
    await northbound.apply(dropOwner, dropGroupRows());
    let drifted = 0;
    for (const kind of kinds) drifted += await findDrift(kind);
    const orphans = orphanOwners();
    for (const owner of orphans) await northbound.apply(owner, []);
    return { drifted, orphans: orphans.length, members: await repairMembers(northbound), addresses: wakeOrphanAddresses() };
  }

  function start(signal: AbortSignal): void {
    let timer: NodeJS.Timeout | undefined;
    let running = false;
    const plan = (ms: number) => {
      clearTimeout(timer);
      if (!signal.aborted) timer = setTimeout(() => void run(), ms);
    };
    async function run(): Promise<void> {
      if (running) return;
      running = true;
      try {
        const findings = await round();
        const found = findings.drifted + findings.orphans + findings.members > 0;
        if (found) log.info(findings, "OVN differed from what the objects want");
        plan(found ? againMs : intervalMs);
      } catch (error) {
        log.warn({ error }, "The audit of OVN's database could not be finished");
        plan(againMs);
      } finally {
        running = false;
      }
    }
    const stopSync = northbound.client.onSync(() => plan(0));
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      stopSync();
    });
    plan(0);
  }

  let startedFor: AbortSignal | undefined;
  return {
    round,
    source: (kind) => ({
      name: "audit",
      start(enqueue, signal) {
        wake.set(kind.kind, enqueue);
        if (startedFor && !startedFor.aborted) return;
        startedFor = signal;
        start(signal);
      },
    }),
  };
}
