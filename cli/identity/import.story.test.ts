// A Keystone's dump becomes objects of a cloud: people log in with their old passwords, and an import can be repeated.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keystone } from "../../api/identity/testing/keystone.ts";
import { startTestCloud, type TestCloud } from "../../api/testing/cloud.ts";
import { idOf, systemNamespace } from "../../domain/id.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { runCommand } from "../commands.ts";

const dump = join(import.meta.dirname, "testing/keystone.sql");
const ada = "c0000000000000000000000000000001";
const web = "a0000000000000000000000000000001";
const kinds = [Domain, Tenant, Role, ImpliedRole, User, Group, RoleAssignment] as Kind[];

describe("kumulus identity import", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  before(async () => {
    cloud = await startTestCloud();
  });
  after(() => cloud?.stop());

  async function run(...argv: string[]): Promise<{ code: number; printed: string; complaints: string[] }> {
    const [printed, complaints]: [string[], string[]] = [[], []];
    const code = await runCommand("identity", ["import", "--kubeconfig", cloud.plane.kubeconfig, ...argv], {
      readSettings: async () => undefined,
      print: (text) => void printed.push(text),
      complain: (text) => void complaints.push(text),
    });
    return { code, printed: printed.join("\n"), complaints };
  }
  /** Everything of the identity's kinds, by name, with the version that the API server gave it. */
  async function versions(): Promise<string[]> {
    const lists = await Promise.all(kinds.map((kind) => cloud.client.list(kind)));
    return lists.flat().map(({ kind, metadata }: KubeObject) => `${kind}/${metadata.name} ${metadata.resourceVersion}`);
  }
  const named = async <T extends KubeObject>(kind: Kind<T>, id: string): Promise<T> => {
    const object = (await cloud.client.list(kind)).find((each) => idOf(each) === id);
    assert.ok(object, `${kind.kind} ${id}`);
    return object;
  };

  it("changes nothing when it is only tried", async () => {
    const before = await versions();
    const { printed } = await run("--dry-run", dump);
    assert.match(printed, /^Would make or update:\n {2}2 Domain \(1 new\)\n {2}2 Role \(1 new\)\n {2}2 Tenant\n/);
    assert.deepEqual(await versions(), before);
  });

  it("makes what the dump says, with its ids, and tells what it could not", async () => {
    const { code, printed, complaints } = await run(dump);
    assert.equal(code, 1);
    assert.deepEqual(complaints, [
      "not imported: password of user Eve (c0000000000000000000000000000003): its hash is of a form that is not known here; the user is made without one",
      "not imported: user c0000000000000000000000000000004: it comes from the identity provider corporate",
      "not imported: project demo (a0000000000000000000000000000003): the cloud has another one of that name",
      `not imported: assignment of role b0000000000000000000000000000001 to user ${ada}: its project is neither in the files nor in the cloud`,
      "4 could not be imported.",
    ]);
    assert.match(printed, /Left out: 1 credentials/);
    const domain = await named(Domain, "d0000000000000000000000000000001");
    assert.deepEqual([domain.spec.displayName, domain.spec.description], ["Acme", "It's Acme"]);
    const [above, below] = [await named(Tenant, web), await named(Tenant, "a0000000000000000000000000000002")];
    assert.deepEqual(
      [above.spec.tags, above.spec.description, below.spec.parentRef],
      [["prod"], "the web; all of it", { name: above.metadata.name }],
    );
    const role = await named(Role, "b0000000000000000000000000000001");
    assert.equal(role.metadata.name, "member", "the role of that name has the old id now");
    const group = await named(Group, "e0000000000000000000000000000001");
    const user = await named(User, ada);
    assert.deepEqual(user.spec.groupRefs, [{ name: group.metadata.name }]);
    assert.deepEqual(user.spec.options, {
      ignoreLockoutFailureAttempts: true,
      multiFactorAuthEnabled: false,
      multiFactorAuthRules: [["password", "totp"]],
    });
    assert.deepEqual([user.spec.email, user.spec.extra], ["ada@acme.org", { team: "engines" }]);
    assert.deepEqual([user.spec.domainRef, user.spec.defaultTenantRef], [{ name: domain.metadata.name }, { name: above.metadata.name }]);
    const specs = (await cloud.client.list(RoleAssignment)).map(({ spec }) => spec);
    assert.ok(specs.some(({ groupRef, inherited, domainRef }) => groupRef && inherited && domainRef?.name === domain.metadata.name));
  });

  it("lets people log in as before, and brings their hashes up to date", async () => {
    const client = keystone(cloud.api.url);
    const who = { name: "Ada", domain: { name: "Acme" } };
    const { token } = await eventually(async () => {
      const login = await client.login(who, "correct horse é", { project: { id: web } });
      assert.equal(login.status, 201);
      return login;
    });
    assert.equal(await client.validate(token), 200);
    assert.equal((await client.login(who, "x".repeat(72))).status, 401, "a former password");
    assert.equal((await client.login({ name: "Bob", domain: { name: "Acme" } }, "correct horse é")).status, 401, "disabled there and here");
  });

  it("can be repeated: nothing changes, and passwords stay what they have become", async () => {
    const name = (await named(User, ada)).spec.passwordSecretRef?.name ?? "";
    const hashNow = async () => (await cloud.client.get(Secret, { name, namespace: systemNamespace })).data?.hash ?? "";
    const [before, hash] = [await versions(), await hashNow()];
    assert.match(Buffer.from(hash, "base64").toString(), /^\$argon2id\$/);
    const { printed } = await run(dump);
    assert.match(printed, /2 Domain \(0 new\)/);
    assert.deepEqual(await versions(), before);
    assert.equal(await hashNow(), hash);
  });

  it("reads CSV files by their names", async () => {
    const folder = cloud.directory;
    const files = {
      "user.csv": `id,name,domain_id,enabled,email,default_project_id,password_hash\nzoe-id,Zoe,default,1,z@x.org,${web},"$2b$05$.NJ/64RvXOmefBv80KIeneWIjKKpprXUFSS9sptDlVaofmdbEMFYS"\n`,
      "assignment.csv": `type,actor_id,target_id,role_id\nUserProject,zoe-id,${web},b0000000000000000000000000000001\n`,
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const { code, complaints } = await run(...Object.keys(files).map((file) => join(folder, file)));
    assert.deepEqual([code, complaints], [0, []]);
    await eventually(async () =>
      assert.equal((await keystone(cloud.api.url).login({ id: "zoe-id" }, "correct horse é", { project: { id: web } })).status, 201),
    );
  });

  it("refuses files that it can not read, with their place", async () => {
    const file = join(cloud.directory, "user.csv");
    writeFileSync(file, "id,name\n1\n");
    await assert.rejects(run(file), /user\.csv: record 2: 1 fields for 2 columns/);
    await assert.rejects(run(), /say what to import/);
  });
});
