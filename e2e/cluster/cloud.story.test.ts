// The chart on real nodes (NODES=1 for one, else two): the cloud that `make up` gives, with a guest that answers; what a cluster does to pods harms nobody; what stays after it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory } from "../../hack/engines.ts";
import { buildGuestImage } from "../../standalone/guest-image/build.ts";
import { eventually } from "../cloud.ts";
import { Session } from "../session.ts";
import { skipUnlessAble } from "./able.ts";
import { clientEnvironment, helm, installChart, kubectl, makeVolumes, nodeNetwork, sideload } from "./chart.ts";
import { down } from "./down.ts";
import { layoutOf, secondNode } from "./layout.ts";
import { hammer } from "./load.ts";
import { up } from "./up.ts";

const say = (line: string) => console.log(`    ${line}`);
const sshOptions = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5";
const roles = ["api", "operator", "webhook"] as const;

describe("the chart on real nodes", function () {
  this.timeout(420_000);
  this.bail(true);
  const layout = layoutOf("chart");
  const scratch = mkdtempSync(join(tmpdir(), "kumulus-chart-"));
  let session: Session;

  before(async function () {
    this.timeout(1_800_000); // a machine's first run builds programs and images
    skipUnlessAble(this);
    await down(layout); // of a run that was cut off
    await up(layout, say, { nodes: process.env.NODES === "1" ? 1 : 2 });
    await sideload(layout, say);
    makeVolumes(layout);
  });
  after(async () => {
    session?.close();
    await down(layout);
    rmSync(scratch, { recursive: true, force: true });
  });

  /** One line in the node's network, with the client's variables set. Resolves with what it printed. */
  async function line(text: string, timeoutMs?: number): Promise<string> {
    const { code, output } = await session.run(text, timeoutMs);
    assert.equal(code, 0, `${text}\n${output}`);
    return output;
  }

  const inGuest = (command: string) => eventually(() => line(`ssh ${sshOptions} -i ${scratch}/k.pem debian@$ADDRESS '${command}'`), 90_000);

  const rollout = (what: string) => kubectl(layout, "rollout", "status", what, "--timeout=120s");

  it("is installed, all pods are ready, two of each role", () => {
    const started = Date.now();
    installChart(layout);
    say(`helm install took ${((Date.now() - started) / 1000).toFixed(1)} s`);
    const columns = "jsonpath={range .items[*]}{.metadata.name}={.status.readyReplicas} {end}";
    const ready = kubectl(layout, "get", "deployments", "-o", columns).trim().split(" ");
    assert.deepEqual(
      ready,
      roles.map((role) => `kumulus-${role}=2`),
    );
  });

  it("has users, flavors and the external network", async () => {
    session = new Session(nodeNetwork(layout));
    await line(clientEnvironment(layout, "admin"));
    assert.match(await line("openstack flavor list"), /m1\.tiny/);
    assert.match(await line("openstack network list --external"), /public/);
    const image = await buildGuestImage({ cacheDirectory, say });
    await line(`openstack image create --public --disk-format qcow2 --container-format bare --file ${image} guest`);
  });

  it("passes helm test: a server boots for a user, and goes", () => {
    assert.match(helm(layout, "test", "kumulus", "--logs", "--timeout", "4m"), /Phase:\s+Succeeded/);
  });

  it("boots a guest that answers ssh through its floating IP", async () => {
    await line(clientEnvironment(layout, "demo"));
    await line(`umask 077; openstack keypair create k >${scratch}/k.pem`);
    await line("openstack network create n && openstack subnet create --network n --subnet-range 10.9.0.0/24 s");
    await line("openstack router create r && openstack router set --external-gateway public r && openstack router add subnet r s");
    await line("openstack security group rule create --proto tcp --dst-port 22 default");
    await line("openstack server create --image guest --flavor m1.tiny --network n --key-name k --wait vm1");
    await line("ADDRESS=$(openstack floating ip create public -f value -c floating_ip_address)");
    await line("openstack server add floating ip vm1 $ADDRESS");
    assert.equal(await inGuest("hostname"), "vm1");
    assert.match(await line("openstack console log show vm1"), /login:/);
  });

  describe("what a cluster does to pods", () => {
    /** Requests to the API while `work` goes on, and until the last of the old pods has ended: none may fail. */
    async function underLoad(work: () => Promise<unknown>): Promise<void> {
      const url = (await line("echo $OS_AUTH_URL")).replace("/identity", "");
      const token = await line("openstack token issue -f value -c id");
      const load = hammer(layout, { url: `${url}/compute/v2.1/flavors/detail`, token });
      try {
        await work();
        await sleep(7_000);
      } finally {
        const { answered, failed } = await load.stop();
        say(`${answered} requests answered, ${failed.length} failed`);
        assert.deepEqual(failed.slice(0, 5), []);
        assert.ok(answered > 500);
      }
    }

    it("answers every request while the API is replaced pod by pod", () =>
      underLoad(async () => {
        kubectl(layout, "rollout", "restart", "deployment/kumulus-api");
        rollout("deployment/kumulus-api");
      }));

    it("answers every request while a node is drained", async () => {
      const { nodeName } = secondNode(layout);
      const there = () =>
        kubectl(layout, "get", "pods", "--field-selector", `spec.nodeName=${nodeName},status.phase=Running`, "-o", "name");
      assert.match(there(), /kumulus-api/, "one of two replicas is on each node");
      await underLoad(async () => kubectl(layout, "drain", nodeName, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s"));
      assert.doesNotMatch(there(), /kumulus-(api|operator|webhook)/);
      assert.equal(await inGuest("hostname"), "vm1");
      kubectl(layout, "uncordon", nodeName);
    });

    it("makes and deletes networks while the webhook is replaced pod by pod", async () => {
      const pods = () => kubectl(layout, "get", "pods", "--selector=app.kubernetes.io/component=webhook", "-o", "name").trim().split("\n");
      const old = pods();
      kubectl(layout, "rollout", "restart", "deployment/kumulus-webhook");
      let made = 0;
      while (pods().some((pod) => old.includes(pod))) {
        await line(`openstack network create during-${made} && openstack network delete during-${made}`);
        made += 1;
      }
      rollout("deployment/kumulus-webhook");
      say(`${made} networks made and deleted meanwhile`);
      assert.ok(made > 2);
    });

    it("finishes what it began when the acting operator is killed", async () => {
      const holder = kubectl(layout, "get", "lease", "kumulus-operator", "-o", "jsonpath={.spec.holderIdentity}");
      const made = line("openstack server create --image guest --flavor m1.tiny --network n --min 3 --max 3 burst");
      kubectl(layout, "delete", "pod", holder, "--grace-period=0", "--force");
      await made;
      await eventually(async () => {
        const statuses = (await line("openstack server list --name burst -f value -c Status")).split("\n");
        assert.deepEqual(statuses, ["ACTIVE", "ACTIVE", "ACTIVE"]);
      }, 120_000);
      assert.notEqual(kubectl(layout, "get", "lease", "kumulus-operator", "-o", "jsonpath={.spec.holderIdentity}"), holder);
      await line("openstack server delete --wait $(openstack server list --name burst -f value -c ID)");
    });

    it("says so while there is no webhook, and blocks nobody else's objects", async () => {
      kubectl(layout, "scale", "deployment/kumulus-webhook", "--replicas=0");
      kubectl(layout, "wait", "--for=delete", "pod", "--selector=app.kubernetes.io/component=webhook", "--timeout=60s");
      const refused = await session.run("openstack network create refused");
      assert.notEqual(refused.code, 0);
      assert.match(refused.output, /webhook/i);
      kubectl(layout, "create", "configmap", "nobody-minds");
      await line("openstack server list");
      kubectl(layout, "scale", "deployment/kumulus-webhook", "--replicas=2");
      rollout("deployment/kumulus-webhook");
      // A ready pod is reached once each node's kube-proxy has heard of it.
      await eventually(() => line("openstack network create accepted && openstack network delete accepted"), 20_000);
    });

    it("goes on when pods of OVN are killed", async () => {
      kubectl(layout, "delete", "pod", "kumulus-ovn-0", "--grace-period=0", "--force");
      await line("openstack network create without-one && openstack network delete without-one");
      assert.equal(await inGuest("hostname"), "vm1");
      kubectl(layout, "wait", "--for=condition=Ready", "pod/kumulus-ovn-0", "--timeout=90s");
    });

    it("is upgraded, agent and switch are killed, and the guest goes on", async () => {
      const uptime = async () => Number(await inGuest("cut -d. -f1 /proc/uptime"));
      const before = await uptime();
      helm(layout, "upgrade", "kumulus", "charts/kumulus", "--reuse-values", "--set", "logLevel=debug", "--wait", "--timeout", "4m");
      const upgraded = await uptime();
      assert.ok(upgraded >= before, "the guest was restarted by the upgrade");
      kubectl(layout, "delete", "pod", "--selector=app.kubernetes.io/component in (node-agent, ovn-host)", "--grace-period=0", "--force");
      assert.ok((await uptime()) >= upgraded, "the guest was restarted with the pods");
      rollout("daemonset/kumulus-node-agent");
      await line("openstack server reboot --wait vm1");
      assert.ok((await uptime()) < upgraded, "the new agent does not rule the guest");
    });
  });

  describe("at the end", () => {
    it("leaves what it says it leaves when it is uninstalled", async () => {
      helm(layout, "uninstall", "kumulus", "--wait", "--timeout", "3m");
      const names = (...argv: string[]) =>
        kubectl(layout, "get", ...argv, "-o", "name")
          .trim()
          .split("\n")
          .filter(Boolean)
          .sort();
      assert.deepEqual(
        names("deployments,statefulsets,daemonsets,jobs,services,configmaps,serviceaccounts", "-l", "app.kubernetes.io/instance=kumulus"),
        [],
      );
      assert.ok(
        names("crds").some((name) => name.includes("servers.compute.kumulus.cloud")),
        "the kinds stay",
      );
      assert.ok(names("servers.compute.kumulus.cloud", "-n", "kumulus-demo").length > 0, "users' objects stay");
      assert.ok(names("secrets").includes("secret/kumulus-clouds"), "passwords stay");
      assert.ok(names("persistentvolumeclaims").includes("persistentvolumeclaim/kumulus-images"), "images stay");
      // Neither an API without a server nor a webhook without a pod may stand in anybody's way.
      kubectl(layout, "create", "namespace", "bystander");
      kubectl(layout, "delete", "namespace", "bystander", "--timeout=60s");
    });
  });
});
