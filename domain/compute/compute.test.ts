// Names, host names, device names and SSH keys of servers.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import type { Server } from "../../models/compute/server.ts";
import { isCode } from "../errors.ts";
import { deviceName, diskDevice, nextDevice } from "./devices.ts";
import { hostnameFrom, hostnameOf } from "./hostname.ts";
import { certificateFingerprint, parsePublicKey } from "./key-pair.ts";
import { attachmentIDOf, firmwareUUID, instanceName, podInterfaceName, serverLabelValue } from "./names.ts";

const server = (spec: Partial<Server["spec"]>, labels: Record<string, string> = {}): Server => ({
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "Server",
  metadata: { name: "web-1", namespace: "kumulus-demo", uid: "5f0c1b1e-1111-4222-8333-444455556666", labels },
  spec: { flavorRef: { name: "m1.tiny" }, ...spec },
});

describe("names of a server's parts", () => {
  it("keeps a name that is a DNS label and hashes others", () => {
    assert.equal(instanceName("web-1"), "web-1");
    for (const name of ["a.b", "x".repeat(70), "web_1"]) assert.match(instanceName(name), /^[a-z][-a-z0-9]{0,62}$/);
    assert.ok(serverLabelValue("x".repeat(200)).length <= 63);
  });
  it("names NICs in the pod as KubeVirt does", () => {
    assert.equal(podInterfaceName("port-aaaa1111"), "pod5415943a510");
    assert.equal(podInterfaceName("port-bbbb2222"), "pod3978e4476fe");
  });
  it("puts a UUID into the firmware even where the id is none", () => {
    assert.equal(firmwareUUID(server({}, { "kumulus.cloud/id": "my-server" })), "5f0c1b1e-1111-4222-8333-444455556666");
    assert.equal(
      firmwareUUID(server({}, { "kumulus.cloud/id": "0F0C1B1E-1111-4222-8333-444455556666" })),
      "0f0c1b1e-1111-4222-8333-444455556666",
    );
  });
  it("derives attachment ids that are UUIDs", () => {
    assert.match(attachmentIDOf("a", "b"), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(attachmentIDOf("a", "b"), attachmentIDOf("b", "a"));
  });
});

describe("host names", () => {
  const table: [string, string][] = [
    ["web-1", "web-1"],
    ["My Server_2", "my-server-2"],
    ["db.example.com", "db-example-com"],
    ["--x--", "x"],
    ["日本", ""],
  ];
  for (const [name, hostname] of table) it(`${name} → ${hostname}`, () => assert.equal(hostnameFrom(name), hostname));
  it("falls back until something is left", () => {
    assert.equal(hostnameOf(server({ displayName: "日本" })), "web-1");
    assert.equal(hostnameOf(server({ hostname: "given", displayName: "x" })), "given");
  });
  it("is always a DNS label", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) =>
        /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/.test(hostnameFrom(name)),
      ),
    );
  });
});

describe("device names", () => {
  it("counts as the kernel does", () => {
    assert.deepEqual(
      [0, 25, 26, 27, 701, 702].map((n) => diskDevice("vd", n)),
      ["/dev/vda", "/dev/vdz", "/dev/vdaa", "/dev/vdab", "/dev/vdzz", "/dev/vdaaa"],
    );
    assert.equal(nextDevice("vd", new Set(["/dev/vda", "/dev/vdc"])), "/dev/vdb");
  });
  it("prefers what the hypervisor says", () => {
    assert.equal(deviceName("sda", "/dev/vdb"), "/dev/sda");
    assert.equal(deviceName(undefined, "vdb"), "/dev/vdb");
    assert.equal(deviceName("", undefined), undefined);
  });
});

describe("SSH public keys", () => {
  // A key made for this test with ssh-keygen, and what `ssh-keygen -l -E md5` says about it.
  const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmRE5bASQMpTmzOOAuvaeVcDA45e3d3mHKPVLV1jaM7 me@here";

  it("accepts an ed25519 key and keeps its comment", () => {
    const key = parsePublicKey(`${ed25519}\n`);
    assert.equal(key.type, "ssh-ed25519");
    assert.equal(key.comment, "me@here");
    assert.equal(key.fingerprint, "a6:b3:a9:72:d0:d5:d0:75:ef:47:0b:68:68:45:4c:0f");
  });

  it("accepts what OpenSSL makes as RSA", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n, e } = publicKey.export({ format: "jwk" });
    const mpint = (text: unknown) => {
      const bytes = Buffer.concat([Buffer.from([0]), Buffer.from(String(text), "base64url")]);
      return field(bytes);
    };
    const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), mpint(e), mpint(n)]);
    assert.equal(parsePublicKey(`ssh-rsa ${blob.toString("base64")}`).type, "ssh-rsa");
  });

  const bad: [string, string][] = [
    ["empty", ""],
    ["a word", "hello"],
    ["private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ["cut", ed25519.slice(0, 60)],
    ["another type than its data", ed25519.replace("ssh-ed25519", "ssh-rsa")],
    ["two lines", `${ed25519}\n${ed25519}`],
    ["options before the key", `no-pty ${ed25519}`],
    ["prototype", "__proto__ AAAA"],
  ];
  for (const [why, text] of bad)
    it(`refuses ${why}`, () =>
      assert.throws(
        () => parsePublicKey(text),
        (error) => isCode(error, "Invalid"),
      ));

  it("takes the SHA-1 of a certificate", () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from("der").toString("base64")}\n-----END CERTIFICATE-----\n`;
    assert.match(certificateFingerprint(pem), /^([0-9a-f]{2}:){19}[0-9a-f]{2}$/);
    assert.throws(
      () => certificateFingerprint("x"),
      (error) => isCode(error, "Invalid"),
    );
  });
});

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
