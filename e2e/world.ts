// Lists what a cloud has on this machine and in its databases, so that a test can say that nothing was left behind.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cloud, eventually, instance, root, run } from "./cloud.ts";

const coreKinds = ["namespaces", "persistentvolumeclaims", "persistentvolumes", "pods", "secrets"];
const runDir = `/run/kumulus/${instance}`;

/** Names of the objects of each kind, of taps and of files; numbers of rows of each OVN table and of OVS ports. */
export type World = Record<string, string[] | number>;

let kinds: Promise<string> | undefined;

/** Every kind with a definition of its own, ours and the engines', and what Kubernetes itself keeps for us. */
async function allKinds(): Promise<string> {
  const found = await cloud("kubectl get crd -o name | cut -d/ -f2");
  return [...found.trim().split("\n"), ...coreKinds].join();
}

async function objects(): Promise<World> {
  kinds ??= allKinds();
  const columns = "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name";
  const text = await cloud(`kubectl get ${await kinds} -A --no-headers -o custom-columns=${columns}`);
  const found: Record<string, string[]> = {};
  for (const line of text.trim().split("\n")) {
    const [kind = "", namespace, name] = line.trim().split(/\s+/);
    found[kind] ??= [];
    found[kind].push(`${namespace}/${name}`);
  }
  return found;
}

/** A command whose failure would look like an empty world. */
async function must(line: string): Promise<string> {
  const { code, stdout, stderr } = await run(line);
  if (code !== 0) throw new Error(`\`${line}\` exited ${code}: ${stderr}`);
  return stdout;
}

async function rows(socket: string, database: string, tables = ""): Promise<World> {
  const text = await must(`ovsdb-client -f json dump unix:${runDir}/${socket} ${database} ${tables}`);
  const dumped = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { caption: string; data: unknown[] });
  return Object.fromEntries(dumped.map(({ caption, data }) => [`${database} ${caption}`, data.length]));
}

async function taps(): Promise<string[]> {
  const links = JSON.parse(await must(`ip -n kumulus-${instance} -j link show`)) as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name.startsWith("tap"));
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** Everything of the test's instance that somebody's work could leave behind. */
export async function world(): Promise<World> {
  const state = join(root, ".kumulus", instance);
  const [kubernetes, northbound, ports, tapNames] = await Promise.all([
    objects(),
    rows("ovnnb_db.sock", "OVN_Northbound"),
    rows("db.sock", "Open_vSwitch", "Port"),
    taps(),
  ]);
  return {
    ...kubernetes,
    ...northbound,
    ...ports,
    taps: tapNames,
    guests: existsSync(join(runDir, "guests")) ? readdirSync(join(runDir, "guests")) : [],
    disks: files(join(state, "disks")),
    images: files(join(state, "images")),
  };
}

/** What differs, with both sides; easier to read than two whole worlds. */
function difference(before: World, after: World): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const list = (value: World[string] | undefined) => (Array.isArray(value) ? value : []);
  return Object.fromEntries(
    keys.flatMap((key): [string, unknown][] => {
      const [was, is] = [before[key], after[key]];
      if (typeof was === "number" || typeof is === "number") return was === is ? [] : [[key, { was, is }]];
      const more = list(is).filter((name) => !list(was).includes(name));
      const less = list(was).filter((name) => !list(is).includes(name));
      return more.length + less.length === 0 ? [] : [[key, { more, less }]];
    }),
  );
}

/** Resolves once the world is as it was; rejects with what is left or missing after `timeoutMs`. */
export async function worldIsAgain(before: World, timeoutMs = 20_000): Promise<void> {
  await eventually(
    async () => {
      const found = difference(before, await world());
      if (Object.keys(found).length > 0) throw new Error(`the world is not as it was: ${JSON.stringify(found, undefined, 1)}`);
    },
    timeoutMs,
    300,
  );
}

/** A test after which the world is as it was before. */
export function leavesNothing(title: string, body: (before: World) => Promise<void>): void {
  it(title, async () => {
    const before = await world();
    await body(before);
    await worldIsAgain(before);
  });
}
