// What people do with kubectl and what goes wrong, so that the operator and the webhook have to do what they do only then.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { cloud, eventually, run } from "./cloud.ts";
import { recovered, status } from "./processes.ts";

type Fields = Record<string, unknown>;

const groups: Readonly<Record<string, string>> = {
  Server: "compute",
  ServerAction: "compute",
  Port: "network",
  IPAddress: "network",
  Router: "network",
  Volume: "volume",
  VolumeType: "volume",
  TokenRevocation: "identity",
  User: "identity",
  RoleAssignment: "identity",
};

export const object = (kind: string, name: string, spec: Fields, namespace?: string) => ({
  apiVersion: `${groups[kind]}.kumulus.cloud/v1alpha1`,
  kind,
  metadata: { name, ...(namespace && { namespace }) },
  spec,
});

export const create = (...items: object[]): Promise<string> =>
  cloud("kubectl create -f -", { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });

/** Rejects unless the webhook refuses it with these words. */
async function refused(words: RegExp, line: string, input = ""): Promise<void> {
  const attempt = cloud(line, { input });
  const text = await attempt.then(
    (printed) => assert.fail(`not refused: ${printed}`),
    (error: Error) => error.message,
  );
  assert.match(text, words);
}

const refusedObject = (words: RegExp, made: object) => refused(words, "kubectl create -f -", JSON.stringify(made));

async function restart(role: string): Promise<void> {
  const pid = (await status()).pids.get(role);
  assert.ok(pid);
  process.kill(pid, "SIGKILL");
  await recovered(role, pid, 60_000);
}

/** The keys of tokens and the webhook's certificate as they look when they must be made anew, and a revocation of a token that has ended. */
export async function renewSecrets(): Promise<void> {
  const patch = (name: string, key: string, text: string) =>
    cloud(`kubectl -n kumulus-system patch secret ${name} -p '{"data":{"${key}":"${Buffer.from(text).toString("base64")}"}}'`);
  await create(object("TokenRevocation", "ended", { expiresAt: "2020-01-01T00:00:00Z" }));
  await patch("token-keys", "keys.json", "[]");
  await patch("webhook-tls", "tls.crt", "none");
  await restart("api");
  await restart("webhook");
  await eventually(async () => {
    const left = await cloud("kubectl get tokenrevocations -o name");
    assert.doesNotMatch(left, /ended/);
  }, 10_000);
  // The API server hears of the new certificate a moment later.
  await eventually(
    () => refusedObject(/could not be found/, object("Volume", "probe", { sizeGiB: 1, volumeTypeRef: { name: "none" } }, "kumulus-demo")),
    20_000,
  );
}

/** A volume type that is ready and is not: each turn is an event, and the same one again after a minute is counted. */
export async function turnVolumeType(): Promise<void> {
  const wait = (is: string) => cloud(`kubectl wait volumetype/turning --for=condition=Ready=${is} --timeout=20s`);
  const storageClass = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "turning" }, provisioner: "none.test" };
  await create(storageClass);
  await wait("True");
  await cloud("kubectl delete storageclass turning");
  await wait("False");
}

export const makeVolumeType = (): Promise<string> => create(object("VolumeType", "turning", { storageClassName: "turning" }));

/** What is not there is looked up by the webhook itself. */
export async function nameWhatIsMissing(namespace: string): Promise<void> {
  const none = { name: "none" };
  const server = {
    flavorRef: none,
    imageRef: none,
    keyPairRef: none,
    networks: [{ networkRef: none }, { portRef: none }],
    securityGroupRefs: [none],
    volumes: [none],
  };
  await refusedObject(/could not be found/, object("Server", "missing", server, namespace));
  await refusedObject(
    /could not be found|not found/i,
    object("Port", "missing", { networkRef: none, fixedIPs: [{ subnetRef: none }] }, namespace),
  );
  await refusedObject(/could not be found/, object("Volume", "missing", { sizeGiB: 1, volumeTypeRef: none }, namespace));
}

const asAPI = "--as=system:serviceaccount:kumulus-system:kumulus-api --as-group=system:masters";

/** What is in use can not be taken away: the webhook reads the user of it afresh before it says so. */
export async function takeWhatIsUsed(namespace: string): Promise<void> {
  const kubectl = `kubectl -n ${namespace}`;
  const routerPort = (await cloud(`${kubectl} get ports -o json`)).trim();
  const ports = (JSON.parse(routerPort) as { items: { metadata: { name: string }; spec: { deviceOwner?: string } }[] }).items;
  const port = ports.find(({ spec }) => spec.deviceOwner === "network:router_interface")?.metadata.name;
  await refused(/device owner/, `${kubectl} delete port ${port} ${asAPI}`);
  await refused(/in-use|in use|attached/i, `${kubectl} delete volume --all ${asAPI}`);
  await refused(/floating IPs/, `${kubectl} patch $(${kubectl} get routers -o name) --type merge -p '{"spec":{"interfaces":[]}}'`);
}

export async function exceedQuota(namespace: string): Promise<void> {
  await refusedObject(/quota/i, object("Volume", "huge", { sizeGiB: 100_000 }, namespace));
}

/** An address that somebody holds without a port: the operator sees the holder when it meets the lock. */
export async function meetLockedAddress(namespace: string, subnet: string, network: string): Promise<void> {
  const address = "10.40.0.77";
  const [subnetRef, networkRef] = [{ name: subnet }, { name: network }];
  const holder = { subnetRef, address, portRef: { name: "nobody", namespace } };
  await create(object("IPAddress", `${subnet}.${address}`, holder, namespace));
  await create(object("Port", "late", { networkRef, fixedIPs: [{ subnetRef, ipAddress: address }] }, namespace));
  await cloud(`kubectl -n ${namespace} wait port/late --for=condition=Ready=False --timeout=20s`);
  await cloud(`kubectl -n ${namespace} delete port/late ipaddresses.network.kumulus.cloud/${subnet}.${address}`);
}

/** More ended actions than are kept. */
export async function fillActions(namespace: string, server: string): Promise<void> {
  const spec = { serverRef: { name: server }, action: "AttachVolume" };
  await create(...Array.from({ length: 110 }, (_, turn) => object("ServerAction", `record-${turn}`, spec, namespace)));
  await eventually(async () => {
    const left = (await cloud(`kubectl -n ${namespace} get serveractions -o name`)).trim().split("\n");
    assert.ok(left.length <= 101, `${left.length} actions`);
  }, 30_000);
}

const act = (namespace: string, server: string, rebootType: string, name: string) =>
  create(object("ServerAction", name, { serverRef: { name: server }, action: "Reboot", rebootType }, namespace));

/** A guest with an agent reboots itself; a paused one is cycled. */
export async function rebootInOtherWays(namespace: string, server: string, instanceName: string): Promise<void> {
  const vmi = `virtualmachineinstances/${instanceName}`;
  const condition = { type: "AgentConnected", status: "True", lastTransitionTime: "2020-01-01T00:00:00Z" };
  const patch = JSON.stringify([{ op: "add", path: "/status/conditions/-", value: condition }]);
  await cloud(`kubectl -n ${namespace} patch ${vmi} --type=json -p '${patch}'`);
  await act(namespace, server, "SOFT", "reboot-agent");
  await eventually(async () => {
    const phase = await cloud(`kubectl -n ${namespace} get serveraction reboot-agent -o jsonpath='{.status.phase}'`);
    assert.notEqual(phase, "", "not begun");
  }, 10_000);
  await cloud(`kubectl replace --raw /apis/subresources.kubevirt.io/v1/namespaces/${namespace}/${vmi}/pause -f -`, { input: "{}" });
  await cloud(`kubectl -n ${namespace} delete serveraction reboot-agent`);
  await act(namespace, server, "HARD", "reboot-paused");
  await cloud(`kubectl -n ${namespace} wait serveraction/reboot-paused --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s`);
}

/** A guest whose machine was taken away from under it, while its engine did not look, goes with its server. */
export async function orphanGuest(namespace: string, server: string, instanceName: string): Promise<void> {
  const engine = (await status()).pids.get("node");
  assert.ok(engine);
  const machine = `virtualmachine/${instanceName}`;
  process.kill(engine, "SIGSTOP");
  try {
    await cloud(`kubectl -n ${namespace} delete ${machine} --cascade=orphan --wait=false`);
    await cloud(`kubectl -n ${namespace} patch ${machine} --type=merge -p '{"metadata":{"finalizers":null}}'`);
    await cloud(`kubectl -n ${namespace} delete server ${server} --wait=false`);
    await cloud(
      `kubectl -n ${namespace} wait virtualmachineinstance/${instanceName} --for=jsonpath='{.metadata.deletionTimestamp}' --timeout=20s`,
    );
  } finally {
    process.kill(engine, "SIGCONT");
  }
  await cloud(`kubectl -n ${namespace} wait server/${server} --for=delete --timeout=60s`);
}

/** A role of a user who is gone goes too. */
export async function removeUserWithRole(): Promise<void> {
  const [userRef, roleRef] = [{ name: "leaver" }, { name: "reader" }];
  await create(object("User", "leaver", { domainRef: { name: "default" } }));
  await create(object("RoleAssignment", "leaver-reader", { userRef, roleRef, tenantRef: { name: "demo" } }));
  await cloud("kubectl wait roleassignment/leaver-reader --for=condition=Ready --timeout=20s");
  await cloud("kubectl delete users.identity.kumulus.cloud leaver");
  await cloud("kubectl wait roleassignment/leaver-reader --for=delete --timeout=20s");
}

/** Until `ms` after `since`, in performance.now(). */
export const until = (since: number, ms: number): Promise<void> => sleep(Math.max(0, since + ms - performance.now()));

export const namesOf = async (namespace: string, kind: string): Promise<string[]> => {
  const { stdout } = await run(`source .kumulus/${process.env.INSTANCE ?? "e2e"}/openrc; kubectl -n ${namespace} get ${kind} -o name`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replace(/^.*\//, ""));
};
