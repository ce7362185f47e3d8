// A real node runs a restricted Deployment, answers through its Service, and leaves nothing on the machine.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enginePath } from "../../hack/engines.ts";
import { skipUnlessAble } from "./able.ts";
import { down } from "./down.ts";
import { layoutOf } from "./layout.ts";
import { run } from "./shell.ts";
import { clusterNamespaces, type Traces, traces } from "./traces.ts";
import { up } from "./up.ts";
import { until } from "./wait.ts";
import { workload } from "./workload.ts";

const none = { processes: [], mounts: [], links: [], groups: [], directories: [] };

describe("a real Kubernetes node", () => {
  const layout = layoutOf("story");
  const scratch = mkdtempSync(join(tmpdir(), "kumulus-cluster-"));
  let untouched: Traces;
  let namespaces: string[] = [];

  function kubectl(...argv: string[]): string {
    return run(enginePath("kubectl"), ["--kubeconfig", layout.kubeconfig, "--namespace", "demo", ...argv], { timeoutMs: 60_000 });
  }

  before(async function () {
    this.timeout(1_200_000); // a machine's first run builds the programs
    skipUnlessAble(this);
    await down(layout); // of a run that was cut off
    untouched = traces(layout, []);
    await up(layout, (line) => console.log(`    ${line}`));
    namespaces = clusterNamespaces(layout);
  });

  after(async () => {
    await down(layout);
    rmSync(scratch, { recursive: true, force: true });
  });

  it("is Ready, with containerd below it", () => {
    const columns = "jsonpath={.items[*].metadata.name} {.items[*].status.nodeInfo.containerRuntimeVersion}";
    assert.match(kubectl("get", "nodes", "-o", columns), /^story-1 containerd:\/\//);
  });

  it("makes a restricted Deployment Available", () => {
    const file = join(scratch, "workload.json");
    writeFileSync(file, JSON.stringify(workload("demo", "hello from a pod")));
    kubectl("apply", "-f", file);
    kubectl("wait", "--for=condition=Available", "--timeout=50s", "deployment/web", "deployment/client");
  });

  it("answers at the Service's address from another pod", async () => {
    const address = kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    assert.match(address, /^10\.123\.1[2-4]\d\./);
    // `timeout`, since `wget -T` crashes in Debian's static busybox.
    const ask = () => kubectl("exec", "deployment/client", "--", "timeout", "2", "wget", "-q", "-O", "-", `http://${address}/`);
    // kube-proxy writes its rules a moment after the pod is ready.
    await until("the Service's answer", layout, 15_000, () => ask() === "hello from a pod");
  });

  it("shows logs, and runs commands as the pod's user on a read-only root", () => {
    assert.equal(kubectl("logs", "deployment/web"), "serving as 65534\n");
    assert.equal(kubectl("exec", "deployment/web", "--", "id", "-u"), "65534\n");
    assert.throws(() => kubectl("exec", "deployment/web", "--", "touch", "/file"), /Read-only file system/);
    assert.match(kubectl("exec", "deployment/web", "--", "grep", "Seccomp:", "/proc/self/status"), /Seccomp:\s+2/);
  });

  it("refuses a pod that wants more than the restricted level", () => {
    assert.throws(() => kubectl("run", "root", "--image=kumulus.test/busybox:1", "--privileged"), /violates PodSecurity "restricted/);
  });

  it("leaves nothing behind", async () => {
    const running = traces(layout, namespaces);
    console.log(`    running: ${running.processes.length} processes, ${running.groups.length} cgroups, ${running.links.length} link`);
    assert.ok(running.processes.length > 8 && running.groups.length > 8, "the count sees a running cluster");
    await down(layout);
    assert.deepEqual(traces(layout, namespaces), untouched);
    // A Docker engine leaves directories of the same names.
    assert.deepEqual({ ...untouched, directories: [], settings: undefined }, { ...none, settings: undefined });
  });
});
