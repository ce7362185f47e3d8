// Runs the README's commands as they are against a cloud of its own, with a real guest.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloud, down, eventually, instance, root, up } from "./cloud.ts";
import { Session } from "./session.ts";

const directory = mkdtempSync(join(tmpdir(), "kumulus-readme-"));

/** The README speaks of the default instance and leaves its key in the current folder; the test has an instance and a folder of its own. */
function adapted(line: string): string {
  return line
    .replaceAll(".kumulus/openrc", `.kumulus/${instance}/openrc`)
    .replaceAll("kumulus-default", `kumulus-${instance}`)
    .replaceAll("accept-new", "accept-new -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5")
    .replaceAll("k.pem", join(directory, "k.pem"));
}

function storyLines(): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/<!-- e2e\/readme\.test\.ts runs [^>]*-->\n```bash\n([^`]*)```/g)];
  return blocks.flatMap((block) => (block[1] ?? "").split("\n").filter((line) => line.trim() !== ""));
}

/** What a person would look for in the answer. */
const expected: readonly (readonly [RegExp, RegExp])[] = [
  [/token issue/, /project_id/],
  [/catalog list/, /identity[\s\S]*image/],
  [/image list/, /guest\s*\|\s*active/],
  [/server create/, /status\s*\|\s*ACTIVE/],
  [/hostname$/, /^vm1$/m],
  [/console log/, /login:/],
  [/kubectl get/, /vm1/],
  [/kubectl wait/, /condition met/],
];

describe("the README's story", function () {
  this.timeout(300_000);
  this.bail(true);
  let session: Session;
  let ssh = "";

  before(async function () {
    this.timeout(900_000);
    await up();
    session = new Session();
  });
  after(async function () {
    this.timeout(180_000);
    session?.close();
    rmSync(directory, { recursive: true, force: true });
    await down();
  });

  for (const line of storyLines()) {
    it(line, async () => {
      const command = adapted(line);
      if (/ ssh /.test(line)) ssh = command.replace(/ hostname$/, "");
      // A server is ACTIVE when its machine runs; the guest answers ssh and prints its console some seconds later.
      const patienceMs = / ssh |console log/.test(line) ? 120_000 : 0;
      await eventually(async () => {
        const { code, output } = await session.run(command);
        assert.equal(code, 0, `exit code ${code}:\n${output}`);
        for (const [name, wanted] of expected) if (name.test(line)) assert.match(output, wanted);
      }, patienceMs);
    });
  }

  it("the guest writes to the volume and reads it back after a stop and a start", async () => {
    const guest = (command: string) =>
      eventually(async () => {
        const { code, output } = await session.run(`${ssh} '${command}'`);
        assert.equal(code, 0, output);
        return output;
      }, 120_000);
    await guest('sudo sh -c "echo kumulus > /dev/sda; sync"');
    await session.run("openstack server stop vm1");
    await eventually(async () => assert.match(await cloud("openstack server show vm1 -f value -c status"), /SHUTOFF/), 90_000);
    await session.run("openstack server start vm1");
    assert.match(await guest("sudo head -c 7 /dev/sda"), /kumulus/);
  });

  it("deleting all of it leaves nothing", async () => {
    for (const line of [
      "openstack server remove volume vm1 v",
      "openstack server delete --wait vm1",
      "openstack volume delete v",
      "openstack floating ip delete $ADDRESS",
      "openstack router remove subnet r s",
      "openstack router delete r",
      "openstack network delete n",
      "openstack keypair delete k",
    ]) {
      const { code, output } = await session.run(line);
      assert.equal(code, 0, `${line}\n${output}`);
    }
    const { code, output } = await session.run("kubectl delete -f crds/samples/quickstart.yaml --timeout=120s");
    assert.equal(code, 0, output);
    await eventually(async () => {
      const left = await cloud(
        "kubectl get vm,vmi,dv,pvc,network-attachment-definitions,ports,ipaddresses.network.kumulus.cloud -n kumulus-demo -o name",
      );
      assert.equal(left.trim(), "");
    }, 60_000);
  });
});
