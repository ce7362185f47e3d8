// What the node agent has to know on a node of a cluster: a file that the chart writes, and what each pod is told of its node.
import { readFileSync } from "node:fs";
import { Type } from "typebox";
import { parseAs } from "../../operator/settings.ts";
import type { NodeOptions } from "./options.ts";

const text = Type.String({ minLength: 1 });
const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const strict = { additionalProperties: false } as const;

export const nodeSettingsSchema = Type.Object(
  {
    hypervisor: Type.Union([Type.Literal("qemu"), Type.Literal("simulated")]),
    /** The guests' control group: where the machine's groups are mounted, and its path below. */
    group: Type.Object({ root: text, name: Type.String({ pattern: "^[^/].*$" }) }, strict),
    /** Short, for unix sockets. */
    runDirectory: text,
    disksDirectory: text,
    /** The Open_vSwitch database, as OVSDB spells it. */
    openVSwitch: text,
    ports: Type.Object({ api: port, kubelet: port, health: port }, strict),
  },
  strict,
);

/** TypeError that names the key, or the variable, that is wrong. */
export async function readNodeSettings(file: string, env: NodeJS.ProcessEnv): Promise<Omit<NodeOptions, "log" | "signal">> {
  const { runDirectory, disksDirectory, openVSwitch, ...same } = await parseAs(nodeSettingsSchema, readFileSync(file, "utf8"), file);
  const { NODE_NAME: node, NODE_ADDRESS: address } = env;
  if (!node || !address) throw new TypeError("NODE_NAME and NODE_ADDRESS are to be set: name and IP of the node, from the downward API");
  // The kubelet has the node's own name.
  return { ...same, nodeName: `${node}-guests`, address, runDir: runDirectory, disksDir: disksDirectory, confDatabase: openVSwitch };
}
