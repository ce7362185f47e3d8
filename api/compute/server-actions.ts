// Nova /servers/{id}/action: reboot, start, stop, lock, unlock, console log, force delete (Compute API, "Servers - run an action").
import { type Static, type TSchema, Type } from "typebox";
import { consoleLog } from "../../clients/kubevirt/console-log.ts";
import { instanceName } from "../../domain/compute/names.ts";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { recordAction } from "./action-record.ts";
import { exact, nullable } from "./fields.ts";
import { findServer, refuseLocked, requireState } from "./server-lookup.ts";
import type { ComputeWorld } from "./world.ts";

const actionPath = "/v2.1/servers/:id/action";
const lockedByAdmin = "kumulus.cloud/locked-by-admin";

interface Verb<B extends TSchema> {
  action: string;
  policy: string;
  body: B;
  since?: number;
  until?: number;
  status?: number;
  /** Locked servers take it from everybody. */
  whileLocked?: boolean;
  run(server: Server, value: Static<B>, request: ApiRequest): Promise<Reply>;
}

/** A verb as a route: the server is found and unlocked before it runs. */
export function verb<B extends TSchema>(world: ComputeWorld, { action, body, whileLocked, run, ...rest }: Verb<B>): Route {
  return route({
    method: "POST",
    path: actionPath,
    status: 202,
    action,
    ...rest,
    body: exact({ [action]: body }),
    handle: async (request) => {
      const server = await findServer(world, request, request.params.id);
      if (!whileLocked) refuseLocked(server, request.auth);
      const value = (request.body as Record<string, Static<B>>)[action] as Static<B>;
      return await run(server, value, request as ApiRequest);
    },
  });
}

const RebootType = Type.Union(["SOFT", "Soft", "soft", "HARD", "Hard", "hard"].map((word) => Type.Literal(word)));

export function serverActionRoutes(world: ComputeWorld): Route[] {
  return [
    verb(world, {
      action: "reboot",
      policy: "os_compute_api:servers:reboot",
      body: exact({ type: RebootType }),
      run: (server, { type }, request) => reboot(world, server, String(type).toUpperCase() === "HARD", request),
    }),
    verb(world, {
      action: "os-start",
      policy: "os_compute_api:servers:start",
      body: Type.Unknown(),
      run: async (server, _, request) => {
        requireState(world, server, "start", ["stopped"]);
        return await power(world, server, "On", request);
      },
    }),
    verb(world, {
      action: "os-stop",
      policy: "os_compute_api:servers:stop",
      body: Type.Unknown(),
      run: async (server, _, request) => {
        requireState(world, server, "stop", ["active", "error"]);
        return await power(world, server, "Off", request);
      },
    }),
    ...lockRoutes(world),
    verb(world, {
      action: "forceDelete",
      policy: "os_compute_api:os-deferred-delete:force",
      body: Type.Unknown(),
      run: async (server) => {
        if (server.metadata.deletionTimestamp === undefined) await world.servers.delete(server);
        return {};
      },
    }),
    verb(world, {
      action: "os-getConsoleOutput",
      policy: "os_compute_api:os-console-output",
      body: exact({
        length: Type.Optional(nullable(Type.Union([Type.Integer({ minimum: -1 }), Type.String({ pattern: "^-?[0-9]{1,9}$" })]))),
      }),
      status: 200,
      whileLocked: true,
      run: (server, { length }) => consoleOutput(world, server, length === null || length === undefined ? -1 : Number(length)),
    }),
  ];
}

async function power(world: ComputeWorld, server: Server, wanted: "On" | "Off", request: ApiRequest): Promise<Reply> {
  if ((server.spec.power ?? "On") !== wanted) await world.servers.patch(server, { spec: { power: wanted } });
  await recordAction(world, request, server, { action: wanted === "On" ? "Start" : "Stop" });
  return {};
}

const rebootable = ["active", "stopped", "paused", "suspended", "error"];

async function reboot(world: ComputeWorld, server: Server, hard: boolean, request: ApiRequest): Promise<Reply> {
  const state = requireState(world, server, "reboot", hard ? rebootable : ["active"], { busyToo: hard });
  const blocked = hard && state.taskState !== null && !/reboot/.test(state.taskState);
  if (blocked) throw new KumulusError("Conflict", `Cannot 'reboot' instance ${idOf(server)} while it is in task_state ${state.taskState}`);
  if (server.spec.power === "Off") await world.servers.patch(server, { spec: { power: "On" } });
  await recordAction(world, request, server, { action: "Reboot", rebootType: hard ? "HARD" : "SOFT" });
  return {};
}

function lockRoutes(world: ComputeWorld): Route[] {
  const lock = async (server: Server, reason: string | undefined, request: ApiRequest): Promise<Reply> => {
    await world.servers.update(server, ({ spec, metadata }) => {
      spec.locked = true;
      if (reason === undefined) delete spec.lockedReason;
      else spec.lockedReason = reason;
      const own = server.metadata.namespace === request.auth.project?.namespace && !request.auth.isAdmin;
      metadata.annotations = { ...metadata.annotations, [lockedByAdmin]: String(!own) };
    });
    return {};
  };
  const policy = "os_compute_api:os-lock-server:lock";
  const Reason = nullable(exact({ locked_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) }));
  return [
    verb(world, {
      action: "lock",
      policy,
      until: 72,
      body: Type.Unknown(),
      whileLocked: true,
      run: async (server, _, request) => await lock(server, undefined, request),
    }),
    verb(world, {
      action: "lock",
      policy,
      since: 73,
      body: Reason,
      whileLocked: true,
      run: async (server, value, request) => await lock(server, value?.locked_reason, request),
    }),
    verb(world, {
      action: "unlock",
      policy: "os_compute_api:os-lock-server:unlock",
      body: Type.Unknown(),
      whileLocked: true,
      run: (server, _, request) => unlock(world, server, request),
    }),
  ];
}

/** What an administrator has locked, only an administrator unlocks. */
async function unlock(world: ComputeWorld, server: Server, request: ApiRequest): Promise<Reply> {
  if (server.metadata.annotations?.[lockedByAdmin] === "true") request.require("os_compute_api:os-lock-server:unlock:unlock_override");
  await world.servers.update(server, ({ spec, metadata }) => {
    spec.locked = false;
    delete spec.lockedReason;
    if (metadata.annotations) delete metadata.annotations[lockedByAdmin];
  });
  return {};
}

async function consoleOutput(world: ComputeWorld, server: Server, lines: number): Promise<Reply> {
  const { name, namespace } = server.metadata;
  if (server.status?.launchedAt === undefined) throw new KumulusError("Conflict", `Instance ${idOf(server)} is not ready`);
  if (lines === 0) return { body: { output: "" } };
  const guest = { name: server.status.instanceName ?? instanceName(name), ...(namespace === undefined ? {} : { namespace }) };
  try {
    return { body: { output: await consoleLog(world.client, guest, lines < 0 ? {} : { tailLines: lines }) } };
  } catch (error) {
    if (isCode(error, "NotFound")) throw new KumulusError("NotFound", "Guest does not have a console available.");
    throw error;
  }
}
