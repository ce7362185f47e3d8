// Security groups of a server: os-security-groups, addSecurityGroup, removeSecurityGroup. They are those of its Ports, as in Nova.
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf, idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import type { LocalRef } from "../../models/kind.ts";
import type { Port } from "../../models/network/port.ts";
import type { SecurityGroup } from "../../models/network/security-group.ts";
import { type Route, route } from "../http/route.ts";
import { exact, Name } from "./fields.ts";
import { viewSecurityGroup } from "./security-group-view.ts";
import { verb } from "./server-actions.ts";
import { findServer } from "./server-lookup.ts";
import { groupRef } from "./server-networks.ts";
import { type ComputeWorld, cacheKey } from "./world.ts";

export function serverSecurityGroupRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.1/servers/:id/os-security-groups",
      policy: "os_compute_api:os-security-groups:list",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        const groups = groupsOf(world, server);
        return { body: { security_groups: groups.map((group) => viewSecurityGroup(world, group)) } };
      },
    }),
    verb(world, {
      action: "addSecurityGroup",
      policy: "os_compute_api:os-security-groups:add",
      body: exact({ name: Name }),
      run: async (server, { name }) => {
        const wanted = await groupOf(world, server, name);
        await changePorts(world, server, (refs) => (refs.some((ref) => ref.name === wanted.name) ? refs : [...refs, wanted]));
        return {};
      },
    }),
    verb(world, {
      action: "removeSecurityGroup",
      policy: "os_compute_api:os-security-groups:remove",
      body: exact({ name: Name }),
      run: async (server, { name }) => {
        const gone = await groupOf(world, server, name);
        const held = world.portsOf(server).some((port) => refsOf(world, port).some((ref) => ref.name === gone.name));
        if (!held) {
          throw new KumulusError("NotFound", `Security group ${name} not associated with the instance ${idOf(server)}`);
        }
        await changePorts(world, server, (refs) => refs.filter((ref) => ref.name !== gone.name));
        return {};
      },
    }),
  ];
}

/** NotFound (404), where a creation says 400. */
async function groupOf(world: ComputeWorld, server: Server, name: string): Promise<LocalRef> {
  const namespace = server.metadata.namespace ?? "";
  try {
    return await groupRef(world, name, { id: world.projectOf(namespace), namespace });
  } catch (error) {
    if (error instanceof KumulusError && error.code === "Invalid") throw new KumulusError("NotFound", error.message);
    throw error;
  }
}

/** A Port that names no groups has the project's default one. */
function refsOf(world: ComputeWorld, { metadata, spec, status }: Port): LocalRef[] {
  if (spec.securityGroupRefs) return spec.securityGroupRefs;
  const fallback = world.groups.byIndex("displayName", cacheKey(metadata.namespace, "default"));
  const names = status?.securityGroups ?? fallback.map((group) => group.metadata.name);
  return names.map((name) => ({ name }));
}

async function changePorts(world: ComputeWorld, server: Server, change: (refs: readonly LocalRef[]) => readonly LocalRef[]): Promise<void> {
  const ports = world.portsOf(server).filter(({ spec }) => spec.portSecurityEnabled !== false);
  if (ports.length === 0) {
    throw new KumulusError("Invalid", `Network requires port_security_enabled and subnet associated in order to apply security groups.`);
  }
  await Promise.all(
    ports.map((port) =>
      world.ports.update(port, (draft) => {
        draft.spec.securityGroupRefs = [...change(refsOf(world, draft))];
      }),
    ),
  );
}

/** Each once. */
function groupsOf(world: ComputeWorld, server: Server): SecurityGroup[] {
  const { namespace } = server.metadata;
  const names = new Set(
    world.portsOf(server).flatMap((port) => (port.spec.portSecurityEnabled === false ? [] : refsOf(world, port).map(({ name }) => name))),
  );
  const groups = [...names].flatMap((name) => world.groups.get(name, namespace) ?? []);
  return groups.toSorted((a, b) => displayNameOf(a).localeCompare(displayNameOf(b)));
}
