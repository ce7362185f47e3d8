// What guests are told, in the shapes of Nova's documentation, and who may ask for it.
import assert from "node:assert/strict";
import type { Server } from "../../../models/compute/server.ts";
import { metadataAnswer } from "./answer.ts";
import type { MetadataFacts } from "./facts.ts";
import { signedMetadataPath, verifyMetadataQuery } from "./url.ts";

const userData = "#!/bin/sh\necho hello\n";
const server = {
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "Server",
  metadata: { name: "web", namespace: "ns", uid: "d8e02d56-2648-49a3-bf97-6be8f1204f38" },
  spec: {
    displayName: "Web 1",
    flavorRef: { name: "small" },
    imageRef: { name: "debian" },
    metadata: { role: "web" },
    userData: Buffer.from(userData).toString("base64"),
  },
  status: {
    flavor: { name: "m1.small" },
    addresses: [
      { network: "net", address: "2001:db8::5", type: "fixed", macAddress: "fa:16:3e:00:00:01" },
      { network: "net", address: "10.9.0.5", type: "fixed", macAddress: "fa:16:3e:00:00:01" },
      { network: "net", address: "172.24.4.9", type: "floating", macAddress: "fa:16:3e:00:00:01" },
    ],
  },
} as unknown as Server;
const facts: MetadataFacts = {
  server,
  hostname: "web-1",
  projectID: "p1",
  key: { name: "mine", publicKey: "ssh-ed25519 AAAA me" },
  imageID: "6be8f120-0000-0000-0000-000000000000",
  reservationID: "r-1",
  launchIndex: 2,
  securityGroups: ["default", "web", "default"],
  networkData: { links: [{ id: "nic0" }], networks: [], services: [] },
  taggedDevices: [{ type: "nic", mac: "fa:16:3e:00:00:01", tags: ["front"] }],
};

const ask = (path: string, of: MetadataFacts = facts) => metadataAnswer(path, of, "c2VlZA==")?.body.toString();
const json = (path: string) => JSON.parse(ask(path) ?? "null");

describe("metadata service: answers", () => {
  it("the root lists EC2's versions, /openstack its own, each with latest at the end", () => {
    assert.deepEqual([ask("/")?.split("\n").at(0), ask("")?.split("\n").at(-1)], ["1.0", "latest"]);
    assert.deepEqual(ask("/openstack/")?.split("\n"), [
      ..."2012-08-10 2013-04-04 2013-10-17 2015-10-15 2016-06-30 2016-10-06 2017-02-22 2018-08-27 2020-10-14".split(" "),
      "latest",
    ]);
  });

  const files = ["meta_data.json", "user_data", "password", "vendor_data.json", "network_data.json", "vendor_data2.json"];
  const listings: [string, string[]][] = [
    ["/openstack/latest", files],
    ["/openstack/2018-08-27/", files],
    ["/openstack/2013-10-17", files.slice(0, 4)],
    ["/openstack/2012-08-10", files.slice(0, 2)],
  ];
  for (const [path, names] of listings) it(`${path} has what its version had`, () => assert.deepEqual(ask(path)?.split("\n"), names));

  it("meta_data.json", () => {
    assert.deepEqual(json("/openstack/latest/meta_data.json"), {
      uuid: "d8e02d56-2648-49a3-bf97-6be8f1204f38",
      meta: { role: "web" },
      public_keys: { mine: "ssh-ed25519 AAAA me" },
      keys: [{ name: "mine", type: "ssh", data: "ssh-ed25519 AAAA me" }],
      hostname: "web-1",
      name: "Web 1",
      launch_index: 2,
      availability_zone: "nova",
      random_seed: "c2VlZA==",
      project_id: "p1",
      devices: [{ type: "nic", mac: "fa:16:3e:00:00:01", tags: ["front"] }],
      dedicated_cpus: [],
    });
    const first = Object.keys(json("/openstack/2012-08-10/meta_data.json"));
    assert.deepEqual(first, ["uuid", "meta", "public_keys", "keys", "hostname", "name", "launch_index", "availability_zone"]);
  });

  it("user data comes as it went in, and is not there for a server without", () => {
    const { userData: _, ...spec } = server.spec;
    const plain = { ...facts, server: { ...server, spec }, key: undefined };
    assert.equal(ask("/openstack/latest/user_data"), userData);
    assert.equal(ask("/latest/user-data"), userData);
    assert.equal(ask("/openstack/latest/user_data", plain), undefined);
    assert.equal(ask("/latest/user-data", plain), undefined);
    assert.equal(ask("/latest", plain), "meta-data/");
    assert.equal(ask("/latest/meta-data/public-keys", plain), undefined);
  });

  it("the other files", () => {
    assert.deepEqual(json("/openstack/latest/network_data.json").links, [{ id: "nic0" }]);
    assert.deepEqual([json("/openstack/latest/vendor_data.json"), json("/openstack/latest/vendor_data2.json")], [{}, { static: {} }]);
    assert.equal(ask("/openstack/latest/password"), "");
    assert.equal(metadataAnswer("/openstack/latest/vendor_data.json", facts, "")?.contentType, "application/json");
  });

  const texts: [string, string][] = [
    ["/latest/", "meta-data/\nuser-data"],
    ["/latest/meta-data/instance-id", "i-d8e02d56"],
    ["/latest/meta-data/ami-id", "ami-6be8f120"],
    ["/latest/meta-data/local-ipv4", "10.9.0.5"],
    ["/latest/meta-data/public-ipv4", "172.24.4.9"],
    ["/latest/meta-data/instance-type", "m1.small"],
    ["/latest/meta-data/security-groups", "default\nweb"],
    ["/latest/meta-data/public-keys/", "0=mine"],
    ["/latest/meta-data/public-keys/0", "openssh-key"],
    ["/2009-04-04/meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA me"],
    ["/latest/meta-data/placement/availability-zone", "nova"],
    ["/latest/meta-data/block-device-mapping", "ami\nroot"],
    [
      "/1.0/meta-data/",
      "ami-id\nami-launch-index\nami-manifest-path\nhostname\ninstance-id\nlocal-ipv4\npublic-keys/\nreservation-id\nsecurity-groups",
    ],
  ];
  for (const [path, expected] of texts) it(`EC2: ${path}`, () => assert.equal(ask(path), expected));

  for (const path of [
    "/openstack/2011-01-01",
    "/openstack/latest/nothing",
    "/openstack/latest/meta_data.json/uuid",
    "/openstack/2012-08-10/network_data.json",
    "/2011-01-01",
    "/latest/dynamic",
    "/latest/meta-data/hostname/more",
    "/latest/meta-data/constructor",
    "/1.0/meta-data/placement",
  ])
    it(`${path} is not there`, () => assert.equal(ask(path), undefined));
});

describe("metadata service: signed questions", () => {
  const key = Buffer.alloc(32, 7);
  const question = { network: "net-1", address: "10.9.0.5", path: "/latest/meta-data/?a=b&c" };
  const query = signedMetadataPath({ ...question, expires: 100 }, key)
    .split("?")
    .slice(1)
    .join("?");

  it("are what was asked, until they expire", () => {
    const { expires: _, ...asked } = verifyMetadataQuery(query, key, 99_999) as typeof question & { expires: number };
    assert.deepEqual(asked, question);
    assert.equal(verifyMetadataQuery(query, key, 100_000), undefined);
  });

  for (const [what, forged] of [
    ["network", query.replace("net-1", "net-2")],
    ["address", query.replace("10.9.0.5", "10.9.0.6")],
    ["path", query.replace("meta-data", "user-data")],
    ["expiry", query.replace("expires=100", "expires=999")],
    ["signature", query.replace(/signature=.*/, "signature=")],
  ] as const)
    it(`with another ${what} are refused`, () => {
      assert.notEqual(forged, query);
      assert.equal(verifyMetadataQuery(forged, key, 0), undefined);
    });

  it("of another key are refused", () => assert.equal(verifyMetadataQuery(query, Buffer.alloc(32, 8), 0), undefined));
});
