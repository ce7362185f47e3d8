// What is on a config drive, and where it comes from.
import assert from "node:assert/strict";
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { Waiting } from "../../../domain/errors.ts";
import type { Secret } from "../../../operator/kube/core-kinds.ts";
import { configDriveFiles } from "./content.ts";
import { configDriveInput, secretsOf } from "./source.ts";

const uuid = "5f0c1b1e-1111-4222-8333-444455556666";
const secret = (name: string, data: Record<string, string>): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
});
const vmi = {
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachineInstance",
  metadata: { name: "web-1", namespace: "n", uid: "u" },
  spec: {
    domain: { devices: {}, firmware: { uuid } },
    hostname: "web",
    volumes: [{ name: "config", cloudInitConfigDrive: { secretRef: { name: "data" }, networkData: '{"links":[]}' } }],
    accessCredentials: [{ sshPublicKey: { source: { secret: { secretName: "key" } }, propagationMethod: { configDrive: {} } } }],
  },
} as VirtualMachineInstance;
const secrets: Record<string, Secret> = {
  data: secret("data", { userdata: "#!/bin/sh\n" }),
  key: secret("key", { key1: "ssh-ed25519 AAAA me\n" }),
};
const [volume] = vmi.spec.volumes ?? [];

describe("config drive", () => {
  it("has meta data, user data and network data where OpenStack puts them", () => {
    assert.ok(volume);
    const input = configDriveInput(vmi, volume, (name) => secrets[name]);
    assert.ok(input);
    const files = configDriveFiles(input);
    const meta = JSON.parse(String(files["openstack/latest/meta_data.json"]));
    assert.equal(meta.uuid, uuid);
    assert.equal(meta.hostname, "web");
    assert.deepEqual(meta.public_keys, { "0": "ssh-ed25519 AAAA me" });
    assert.equal(String(files["openstack/latest/user_data"]), "#!/bin/sh\n");
    assert.equal(String(files["openstack/latest/network_data.json"]), '{"links":[]}');
    assert.equal(JSON.parse(String(files["ec2/latest/meta-data.json"]))["instance-id"], uuid);
  });

  it("waits for a Secret that is not there", () => {
    assert.ok(volume);
    assert.throws(() => configDriveInput(vmi, volume, () => undefined), Waiting);
    assert.deepEqual(secretsOf(vmi), ["data", "key"]);
  });

  it("is nothing for another volume", () =>
    assert.equal(
      configDriveInput(vmi, { name: "x", emptyDisk: { capacity: "1Gi" } }, () => undefined),
      undefined,
    ));
});
