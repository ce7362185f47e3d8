// In which order a deleted Tenant's objects go: servers first, what they used after them, the namespace last. Pure.
import { isAutomatic } from "../../../domain/net/port.ts";
import { Server } from "../../../models/compute/server.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import { Volume } from "../../../models/volume/volume.ts";
import type { Namespace } from "../../../operator/kube/core-kinds.ts";

/** A stage is left when nothing of it is there any more. All other kinds go with the namespace. */
export const teardownStages: readonly (readonly Kind[])[] = [[Server], [FloatingIP], [Router], [Port, Volume], [Subnet], [Network]];

/** After so long the namespace is deleted with all that is left: one object that does not go must not keep the others. */
export const patienceMs = 120_000;

interface Left {
  kind: Kind;
  object: KubeObject;
}

export interface TeardownSeen {
  namespace: Namespace | undefined;
  /** Objects of one kind in the namespace. */
  list(kind: Kind): readonly KubeObject[];
  /** Time since this process saw that the Tenant's deletion was asked for. */
  elapsedMs: number;
}

export type TeardownStep =
  | { do: "finish" }
  | { do: "delete"; objects: readonly Left[]; waitingFor: string }
  | { do: "delete namespace" }
  | { do: "wait"; waitingFor: string };

/** A network's own port goes with its subnets; deleted before them it would come back. */
const isOfNetwork = ({ metadata, spec }: Port): boolean =>
  metadata.ownerReferences?.some(({ kind }) => kind === Network.kind) === true && isAutomatic({ spec });

const counted = (kind: Kind, objects: readonly KubeObject[]) =>
  kind === (Port as Kind) ? (objects as readonly Port[]).filter((port) => !isOfNetwork(port)) : objects;

const isGoing = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined;

export function nextTeardownStep({ namespace, list, elapsedMs }: TeardownSeen): TeardownStep {
  if (!namespace) return { do: "finish" };
  if (isGoing(namespace)) return { do: "wait", waitingFor: `namespace ${namespace.metadata.name}` };
  if (elapsedMs > patienceMs) return { do: "delete namespace" };
  for (const stage of teardownStages) {
    const left = stage.flatMap((kind) => counted(kind, list(kind)).map((object) => ({ kind, object })));
    if (left.length === 0) continue;
    const waitingFor = `${left.length} of ${stage.map(({ plural }) => plural).join(" and ")}`;
    const objects = left.filter(({ object }) => !isGoing(object));
    return objects.length > 0 ? { do: "delete", objects, waitingFor } : { do: "wait", waitingFor };
  }
  return { do: "delete namespace" };
}
