// `make bench`: starts a cloud with the simulated hypervisor, measures the bars of docs/performance.md and prints one table with ratios to bare yardsticks.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cloud, down, instance, root, run, up } from "../e2e/cloud.ts";
import { cacheOfTenThousand } from "./cache.ts";
import { type Cloud, login } from "./cloud.ts";
import { identityAtScale } from "./identity.ts";
import { requestsPerSecond, tasksPerSecond } from "./load.ts";

interface Row {
  what: string;
  measured: number;
  unit: string;
  bar: number;
  /** Whether more is better; the bar is a floor then. */
  floor: boolean;
  ratio?: string;
}

const rows: Row[] = [];
const record = (row: Row) => {
  rows.push(row);
  console.log(`${row.what}: ${row.measured.toFixed(1)} ${row.unit} (bar ${row.floor ? "≥" : "≤"} ${row.bar})`);
};
const of = (value: number, yardstick: number, name: string) => `${((value / yardstick) * 100).toFixed(0)} % of ${name}`;

async function bareNode(): Promise<{ rate: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(root, "bench/bare-node.ts")], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { rate: await requestsPerSecond(`http://127.0.0.1:${String(port).trim()}/`, {}), child };
}

/** Reads per second of one small object from the bare kube-apiserver. */
async function bareApiServer(): Promise<number> {
  const line = "kubectl config view --raw -o jsonpath='{.clusters[0].cluster.server}'";
  const server = await cloud(line);
  const token = (await cloud("kubectl create token default -n kumulus-demo --duration=1h")).trim();
  await cloud(
    "kubectl create clusterrolebinding bench --clusterrole=cluster-admin --serviceaccount=kumulus-demo:default --dry-run=client -o yaml | kubectl apply -f -",
  );
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  try {
    return await requestsPerSecond(`${server}/apis/compute.kumulus.cloud/v1alpha1/flavors/m1.tiny`, { authorization: `Bearer ${token}` });
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    await cloud("kubectl delete clusterrolebinding bench");
  }
}

async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not there after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function network(api: Cloud): Promise<string> {
  const { body } = await api.call<{ network: { id: string } }>("POST", "/network/v2.0/networks", { network: { name: "bench" } });
  await api.call("POST", "/network/v2.0/subnets", { subnet: { network_id: body.network.id, ip_version: 4, cidr: "10.98.0.0/22" } });
  return body.network.id;
}

interface Listed {
  id: string;
  name: string;
  status: string;
}

const servers = async (api: Cloud) =>
  (await api.call<{ servers: Listed[] }>("GET", "/compute/v2.1/servers/detail?limit=1000")).body.servers;

/** What is still being taken down behind servers that no API shows any longer: one name a line. */
const remains = () =>
  cloud(
    "kubectl get virtualmachines,persistentvolumeclaims -n kumulus-demo -o name; kubectl get ports.network.kumulus.cloud -n kumulus-demo -l kumulus.cloud/server -o name",
  );

/** Servers per second from the first request until all are ACTIVE, `concurrency` requests in flight; each client waits for its own. */
async function boot(api: Cloud, count: number, concurrency: number, networkID: string): Promise<number> {
  const image = (await api.call<{ images: Listed[] }>("GET", "/image/v2/images?name=guest")).body.images[0]?.id;
  const flavor = (await api.call<{ flavors: Listed[] }>("GET", "/compute/v2.1/flavors")).body.flavors.find(
    ({ name }) => name === "m1.tiny",
  )?.id;
  return tasksPerSecond(count, concurrency, async (index) => {
    const server = { name: `bench-${index}`, imageRef: image, flavorRef: flavor, networks: [{ uuid: networkID }] };
    const { body } = await api.call<{ server: Listed }>("POST", "/compute/v2.1/servers", { server });
    await until(async () => {
      const shown = await api.call<{ server: Listed }>("GET", `/compute/v2.1/servers/${body.server.id}`);
      if (shown.body.server.status === "ERROR") throw new Error(`server ${body.server.id} is in ERROR`);
      return shown.body.server.status === "ACTIVE";
    }, 60_000);
  });
}

/** What a start leaves behind is collected in this time; an idle cloud is one that has had it. */
const settlingMs = 20_000;

async function measure(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, settlingMs));
  const status = await run(`make -s status INSTANCE=${instance}`);
  const pss = /processes use ([\d.]+) MiB/.exec(status.stdout)?.[1];
  if (pss) record({ what: "memory of all processes of an idle cloud (PSS)", measured: Number(pss), unit: "MiB", bar: 680, floor: false });
  const node = await bareNode();
  node.child.stdin?.end();
  const kube = await bareApiServer();
  const api = await login();
  const headers = { "x-auth-token": api.token };
  const validate = await requestsPerSecond(`${api.base}/identity/v3/auth/tokens`, { ...headers, "x-subject-token": api.token });
  record({ what: "token validate", measured: validate, unit: "/s", bar: 3000, floor: true, ratio: of(validate, node.rate, "bare Node") });
  const networkID = await network(api);
  await boot(api, 1, 1, networkID);
  const booted = await boot(api, 40, 8, networkID);
  record({ what: "40 servers ACTIVE at concurrency 8", measured: booted, unit: "servers/s", bar: 10, floor: true });
  await boot(api, 60, 8, networkID);
  const all = await servers(api);
  const show = await requestsPerSecond(`${api.base}/compute/v2.1/servers/${all[0]?.id}`, headers);
  record({
    what: "server show",
    measured: show,
    unit: "/s",
    bar: 1500,
    floor: true,
    ratio: `${of(show, node.rate, "bare Node")}, ${of(show, kube, "bare kube-apiserver")}`,
  });
  const list = await requestsPerSecond(`${api.base}/compute/v2.1/servers/detail?limit=100`, headers);
  record({
    what: "list of 100 servers in detail",
    measured: list,
    unit: "/s",
    bar: 150,
    floor: true,
    ratio: of(list, node.rate, "bare Node"),
  });
  await tasksPerSecond(all.length, 8, async (index) => void (await api.call("DELETE", `/compute/v2.1/servers/${all[index]?.id}`)));
  await until(async () => (await servers(api)).length === 0, 120_000);
  await until(async () => (await remains()) === "", 120_000);
  const pairs = await tasksPerSecond(300, 8, async () => {
    const { body } = await api.call<{ network: Listed }>("POST", "/network/v2.0/networks", { network: { name: "bench" } });
    await api.call("DELETE", `/network/v2.0/networks/${body.network.id}`);
  });
  record({ what: "network create and delete", measured: pairs, unit: "pairs/s", bar: 60, floor: true });
  rows.push({ what: "yardstick: bare Node HTTP server", measured: node.rate, unit: "/s", bar: 0, floor: true });
  rows.push({ what: "yardstick: bare kube-apiserver, one object", measured: kube, unit: "/s", bar: 0, floor: true });
}

function table(): string {
  const line = (row: Row) => {
    const bar = row.bar === 0 ? "" : `${row.floor ? "≥" : "≤"} ${row.bar}`;
    const met = row.bar === 0 ? "" : (row.floor ? row.measured >= row.bar : row.measured <= row.bar) ? "yes" : "**no**";
    return `| ${row.what} | ${row.measured.toFixed(row.measured < 100 ? 1 : 0)} ${row.unit} | ${bar} | ${met} | ${row.ratio ?? ""} |`;
  };
  return ["| what | measured | bar | met | in proportion |", "|---|---|---|---|---|", ...rows.map(line)].join("\n");
}

const started = Date.now();
await up("HYPERVISOR=simulated");
record({ what: "make up, warm", measured: (Date.now() - started) / 1000, unit: "s", bar: 30, floor: false });
try {
  await measure();
} finally {
  await down();
}
for (const row of [...(await cacheOfTenThousand()), ...(await identityAtScale())]) record(row);
const document = join(root, "docs/performance.md");
/** Other sections are written by hand. */
const [, sections = ""] = /(\n## .*)/s.exec(readFileSync(document, "utf8")) ?? [];
const text = `# Performance\n\nWritten by \`make bench\` on 2 cores with the simulated hypervisor. Every number is from the same run; the machine is a shared virtual one, so take the proportions.\n\n${table()}\n${sections}`;
writeFileSync(document, text);
console.log(`\n${table()}\n\nwritten to docs/performance.md`);
