// `kumulus selftest`: boots a server through the OpenStack APIs as a user of the cloud, and deletes all of it again. `helm test` runs it.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Command } from "./command.ts";
import { OpenStack } from "./openstack.ts";

const pollMs = 1_000;
/** Of the clean-up, which has its own time. */
const cleanUpMs = 60_000;

interface Server {
  id: string;
  status: string;
  fault?: { message: string };
}

/** Repeats `look` until it gives something; rejects after `timeoutMs`. */
async function until<T>(what: string, timeoutMs: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(pollMs)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${Math.round(timeoutMs / 1000)} s`);
  }
}

async function idByName(cloud: OpenStack, service: string, path: string, list: string, name: string): Promise<string> {
  const { [list]: items = [] } = await cloud.call<Record<string, { id: string; name: string }[]>>(service, "GET", path);
  const found = items.find((item) => item.name === name);
  if (!found) throw new Error(`there is no ${name} among the ${list} of the project`);
  return found.id;
}

async function becomesActive(cloud: OpenStack, id: string, timeoutMs: number): Promise<void> {
  await until("the server did not get ACTIVE", timeoutMs, async () => {
    const { server } = await cloud.call<{ server: Server }>("compute", "GET", `/servers/${id}`);
    if (server.status === "ERROR") throw new Error(`the server is in ERROR: ${server.fault?.message ?? "no reason given"}`);
    return server.status === "ACTIVE" ? server : undefined;
  });
}

async function deleteServer(cloud: OpenStack, id: string): Promise<void> {
  await cloud.call("compute", "DELETE", `/servers/${id}`);
  await until("the server is still there", cleanUpMs, async () => ((await cloud.exists("compute", `/servers/${id}`)) ? undefined : true));
}

export interface SelftestOptions {
  image: string;
  flavor: string;
  timeoutMs: number;
  say: (line: string) => void;
}

/** Rejects with what went wrong; what was made is deleted either way. */
export async function runSelftest(cloud: OpenStack, { image, flavor, timeoutMs, say }: SelftestOptions): Promise<void> {
  const name = `selftest-${Date.now().toString(36)}`;
  const [imageRef, flavorRef] = await Promise.all([
    idByName(cloud, "image", `/v2/images?name=${encodeURIComponent(image)}`, "images", image),
    idByName(cloud, "compute", "/flavors", "flavors", flavor),
  ]);
  const undo: [what: string, how: () => Promise<unknown>][] = [];
  try {
    const { network } = await cloud.call<{ network: { id: string } }>("network", "POST", "/v2.0/networks", { network: { name } });
    undo.unshift(["network", () => cloud.call("network", "DELETE", `/v2.0/networks/${network.id}`)]);
    const subnet = { name, network_id: network.id, ip_version: 4, cidr: "10.254.254.0/28" };
    await cloud.call("network", "POST", "/v2.0/subnets", { subnet });
    say(`network ${name} made`);
    const wanted = { name, imageRef, flavorRef, networks: [{ uuid: network.id }] };
    const started = performance.now();
    const { server } = await cloud.call<{ server: Server }>("compute", "POST", "/servers", { server: wanted });
    undo.unshift(["server", () => deleteServer(cloud, server.id)]);
    await becomesActive(cloud, server.id, timeoutMs);
    say(`server ${name} is ACTIVE after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } finally {
    for (const [what, how] of undo) {
      await how();
      say(`${what} deleted`);
    }
  }
}

const help = `kumulus selftest [--image NAME] [--flavor NAME] [--timeout SECONDS]

Boots a server through the OpenStack APIs as a user of the cloud, waits until it is ACTIVE, and deletes all of it again.
The user is the one that OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME name, or OS_CLOUD in the file OS_CLIENT_CONFIG_FILE.

Options:
  --image NAME       image of the server; guest unless said
  --flavor NAME      its flavor; m1.tiny unless said
  --timeout SECONDS  how long it may take to get ACTIVE; 300 unless said
  --help             this text`;

const options = {
  image: { type: "string", default: "guest" },
  flavor: { type: "string", default: "m1.tiny" },
  timeout: { type: "string", default: "300" },
  help: { type: "boolean" },
} as const;

export const selftestCommand: Command = async (argv, { print, complain }) => {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    print(help);
    return 0;
  }
  const timeoutMs = Number(values.timeout) * 1000;
  if (!(timeoutMs > 0)) throw new TypeError(`--timeout ${values.timeout}: use a number of seconds`);
  const cloud = await OpenStack.login(process.env);
  try {
    await runSelftest(cloud, { image: values.image, flavor: values.flavor, timeoutMs, say: print });
  } catch (error) {
    complain(`selftest: ${(error as Error).message}`);
    return 1;
  }
  print("all is well");
  return 0;
};
