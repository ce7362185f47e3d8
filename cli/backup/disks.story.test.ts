// A cloud is lost and its storage brings the volumes back: the restored Volumes take their disks over with what is on them, and no others.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataVolume } from "../../clients/cdi/kinds.ts";
import { idOf } from "../../domain/id.ts";
import { Volume } from "../../models/volume/volume.ts";
import { readyOf } from "../../operator/controller/status.ts";
import { Namespace, PersistentVolume, PersistentVolumeClaim } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import type { RoleCloud } from "../../operator/testing/role-cloud.ts";
import { startAgent, startAgentCloud } from "../../standalone/node/testing/role-cloud.ts";
import { run } from "./testing/run.ts";

const namespace = "kumulus-demo";
const mark = "kumulus.cloud/volume-id";
const waitMs = 60_000;

describe("disks that the storage has brought back", function () {
  this.timeout(2 * waitMs);
  const directory = mkdtempSync("/tmp/kumulus-disks-");
  const [archive, passphrase] = [join(directory, "cloud.backup"), join(directory, "passphrase")];
  const clouds: RoleCloud[] = [];
  const agents: (() => Promise<void>)[] = [];
  let saved: { volumes: PersistentVolume[]; claims: PersistentVolumeClaim[]; ids: string[] };

  async function start(): Promise<RoleCloud> {
    const cloud = await startAgentCloud(directory);
    clouds.push(cloud);
    return cloud;
  }
  const play = (cloud: RoleCloud) => agents.push(startAgent(cloud, directory, "qemu"));
  const stopAgents = async () => {
    for (const stop of agents.splice(0)) await stop();
  };
  after(async () => {
    await stopAgents();
    for (const cloud of clouds) await cloud.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const volumeOf = (cloud: RoleCloud, name: string) => cloud.plane.client.get(Volume, { name, namespace });
  const claimOf = (cloud: RoleCloud, name: string) => cloud.plane.client.get(PersistentVolumeClaim, { name, namespace });
  const becomes = (cloud: RoleCloud, name: string, reason: string) =>
    eventually(async () => assert.equal(readyOf(await volumeOf(cloud, name))?.reason, reason, cloud.logs()), waitMs, 200);

  /** Every byte of the first 4 KiB of a claim's disk is 0x5a. */
  async function disk(cloud: RoleCloud, name: string, command: "read" | "write"): Promise<void> {
    const volume = await cloud.plane.client.get(PersistentVolume, { name: (await claimOf(cloud, name)).spec?.volumeName ?? "" });
    const file = join(directory, "disks/volumes", `${volume.spec?.csi?.volumeHandle}.qcow2`);
    const said = execFileSync("qemu-io", ["-f", "qcow2", "-c", `${command} -P 0x5a 0 4k`, file], { encoding: "utf8" });
    assert.doesNotMatch(said, /failed/);
  }

  before(async function () {
    this.timeout(180_000);
    writeFileSync(passphrase, "correct horse battery\n");
    const lost = await start();
    play(lost);
    for (const name of ["operator", "webhook"] as const) await lost.run(name);
    const api = await lost.run("api");
    for (const role of lost.roles) await role.whenReady();
    await lost.fill(api);
    const { client } = lost.plane;
    for (const name of ["marked", "unmarked"]) {
      const metadata = { name, namespace };
      const volume: Volume = { apiVersion: "volume.kumulus.cloud/v1alpha1", kind: "Volume", metadata, spec: { sizeGiB: 1 } };
      await eventually(() => client.create(Volume, volume), waitMs, 200);
      await becomes(lost, name, "Bound");
      await disk(lost, name, "write");
    }
    assert.equal((await run(lost.plane, "backup", archive, "--passphrase-file", passphrase)).code, 0);
    saved = {
      volumes: await client.list(PersistentVolume),
      claims: await client.list(PersistentVolumeClaim, { namespace }),
      ids: await Promise.all(["marked", "unmarked"].map(async (name) => idOf(await volumeOf(lost, name)))),
    };
    await stopAgents();
    await lost.stop();
    clouds.length = 0;
  });

  /** As a storage's own backup does it: names, labels and what belongs together, but no owner. */
  async function bringBack({ plane: { client } }: RoleCloud): Promise<void> {
    await client.create(Namespace, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "kumulus.cloud/tenant": "demo" } },
    });
    for (const { metadata, spec } of saved.volumes) {
      const { name, annotations } = metadata;
      const claimRef = { kind: "PersistentVolumeClaim", name: spec?.claimRef?.name ?? "", namespace };
      await client.create(PersistentVolume, {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name, ...(annotations && { annotations }) },
        spec: { ...spec, claimRef },
      });
    }
    for (const { metadata, spec } of saved.claims) {
      const { name, labels } = metadata;
      assert.ok(labels?.[mark], "CDI's claim has the DataVolume's labels");
      const kept = { name, namespace, ...(name === "marked" && { labels }) };
      await client.create(PersistentVolumeClaim, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: kept, spec });
    }
  }

  it("are taken over by the Volumes that they are marked for", async () => {
    const cloud = await start();
    await bringBack(cloud);
    play(cloud);
    const { code, output } = await run(cloud.plane, "restore", archive, "--passphrase-file", passphrase);
    assert.equal(code, 0, output);
    await cloud.run("operator");
    await becomes(cloud, "marked", "Bound");
    assert.equal(idOf(await volumeOf(cloud, "marked")), saved.ids[0]);
    const before = saved.claims.find(({ metadata }) => metadata.name === "marked");
    const claim = await claimOf(cloud, "marked");
    assert.equal(claim.spec?.volumeName, before?.spec?.volumeName);
    await disk(cloud, "marked", "read");
    const dataVolume = await cloud.plane.client.get(DataVolume, { name: "marked", namespace });
    assert.equal(claim.metadata.ownerReferences?.[0]?.uid, dataVolume.metadata.uid);
  });

  it("wait for a word where they are not marked", async () => {
    const [cloud] = clouds;
    assert.ok(cloud);
    await becomes(cloud, "unmarked", "Leftover");
    const sentence = readyOf(await volumeOf(cloud, "unmarked"))?.message;
    assert.equal(
      sentence,
      `Waiting until the former disk unmarked is gone; if it is this volume's, label its claim ${mark}=${saved.ids[1]}`,
    );
    await cloud.plane.client.patch(
      PersistentVolumeClaim,
      { name: "unmarked", namespace },
      { metadata: { labels: { [mark]: saved.ids[1] } } },
    );
    await becomes(cloud, "unmarked", "Bound");
    await disk(cloud, "unmarked", "read");
  });

  it("grow and go with their Volumes", async () => {
    const [cloud] = clouds;
    assert.ok(cloud);
    const { client } = cloud.plane;
    await client.patch(Volume, { name: "marked", namespace }, { spec: { sizeGiB: 2 } });
    await eventually(async () => assert.equal((await volumeOf(cloud, "marked")).status?.sizeGiB, 2), waitMs, 200);
    await disk(cloud, "marked", "read");
    for (const name of ["marked", "unmarked"]) await client.delete(Volume, { name, namespace });
    await eventually(
      async () => {
        for (const list of [
          client.list(Volume),
          client.list(DataVolume),
          client.list(PersistentVolumeClaim, { namespace }),
          client.list(PersistentVolume),
        ])
          assert.deepEqual(await list, []);
        assert.deepEqual(readdirSync(join(directory, "disks/volumes")), []);
      },
      waitMs,
      200,
    );
  });
});
