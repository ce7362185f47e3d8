// A new cloud's objects against a real API server: they are valid, complete, and made once.
import assert from "node:assert/strict";
import { verify } from "@node-rs/argon2";
import { adminNamespace } from "../../bootstrap/offer.ts";
import { isSeeded, markSeeded, seedCloud } from "../../bootstrap/seed.ts";
import { systemNamespace } from "../../domain/id.ts";
import { Flavor } from "../../models/compute/flavor.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import { Network } from "../../models/network/network.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Namespace, Secret, StorageClass } from "../../operator/kube/core-kinds.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { instanceConfig } from "../instance/config.ts";
import { projectRoot } from "../instance/store.ts";
import { externalNetworkOf, localStorage } from "./offer.ts";
import { applyInfrastructure } from "./seed.ts";

const config = instanceConfig({ name: "seed", root: projectRoot, hypervisor: "qemu", external: "none", portBase: 19000 });
const cloud = { passwords: { admin: "first", demo: "second" }, storage: localStorage, external: externalNetworkOf(config.network) };

describe("seeding", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane();
  });
  after(() => plane.stop());

  /** What the tenant controller does. */
  async function actAsOperator(): Promise<void> {
    for (const name of ["admin", "demo"]) {
      const namespace = `kumulus-${name}`;
      await plane.client.apply(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, { fieldManager: "test" });
      await plane.client.patch(Tenant, { name }, { status: { namespace } }, { subresource: "status" });
    }
  }

  it("applies kinds and storage classes, twice", async () => {
    await applyInfrastructure(plane.client, config);
    await applyInfrastructure(plane.client, config);
    assert.equal((await plane.client.get(StorageClass, { name: "local" })).provisioner, "local.kumulus.cloud");
  });

  it("waits for the projects' namespaces and fills the cloud", async () => {
    assert.equal(await isSeeded(plane.client), false);
    const seeding = seedCloud(plane.client, cloud);
    for (let tries = 0; tries < 100; tries++) {
      try {
        await actAsOperator();
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50)); // the tenants are not there yet
      }
    }
    await seeding;
    const flavors = await plane.client.list(Flavor);
    assert.deepEqual(flavors.map(({ metadata, spec }) => [spec.flavorID, metadata.name, spec.vcpus, spec.ramMiB, spec.diskGiB]).sort(), [
      ["1", "m1.tiny", 1, 128, 1],
      ["2", "m1.small", 1, 512, 5],
      ["3", "m1.medium", 2, 1024, 10],
      ["4", "m1.large", 4, 2048, 20],
      ["5", "m1.xlarge", 8, 4096, 40],
    ]);
    assert.equal((await plane.client.list(RoleAssignment)).length, 5);
    assert.equal((await plane.client.get(Network, { name: "public", namespace: adminNamespace })).spec.external, true);
    assert.equal((await plane.client.get(Subnet, { name: "public-subnet", namespace: adminNamespace })).spec.enableDHCP, false);
  });

  it("stores passwords as argon2id hashes in the Secrets that the users name", async () => {
    for (const [name, password] of Object.entries(cloud.passwords)) {
      const reference = (await plane.client.get(User, { name })).spec.passwordSecretRef;
      const secret = await plane.client.get(Secret, { name: reference?.name ?? "", namespace: systemNamespace });
      const hash = Buffer.from(secret.data?.[reference?.key ?? ""] ?? "", "base64").toString();
      assert.match(hash, /^\$argon2id\$/);
      assert.ok(await verify(hash, password));
    }
  });

  it("changes nothing when repeated, and leaves alone what its owner changed", async () => {
    await plane.client.patch(Flavor, { name: "m1.tiny" }, { spec: { description: "ours" } });
    await seedCloud(plane.client, { ...cloud, passwords: { admin: "third", demo: "fourth" } });
    assert.equal((await plane.client.get(Flavor, { name: "m1.tiny" })).spec.description, "ours");
    const secret = await plane.client.get(Secret, { name: "user-admin-password", namespace: systemNamespace });
    assert.ok(await verify(Buffer.from(secret.data?.hash ?? "", "base64").toString(), "first"));
    await markSeeded(plane.client);
    assert.equal(await isSeeded(plane.client), true);
  });
});
