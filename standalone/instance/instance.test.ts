// Names, ports and paths of instances.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import fc from "fast-check";
import { checkName, instanceConfig } from "./config.ts";
import { freePortBase, portBases, portsFrom } from "./ports.ts";

const names: { name: string; ok: boolean; why: string }[] = [
  { name: "default", ok: true, why: "the usual one" },
  { name: "e2e", ok: true, why: "letters and digits" },
  { name: "Test", ok: false, why: "namespaces of the kernel would allow it, labels of Kubernetes not" },
  { name: "a/b", ok: false, why: "a path" },
  { name: "..", ok: false, why: "a path" },
  { name: "", ok: false, why: "nothing" },
  { name: "x".repeat(21), ok: false, why: "sockets below it would be too long" },
  { name: "-x", ok: false, why: "would read as an option" },
];

describe("instance", () => {
  for (const { name, ok, why } of names) {
    it(`${ok ? "takes" : "refuses"} the name "${name}": ${why}`, () =>
      ok ? checkName(name) : assert.throws(() => checkName(name), /INSTANCE=/));
  }

  it("has blocks of ports that are whole, in range and disjoint", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), (name) => {
        const bases = portBases(name);
        assert.equal(new Set(bases).size, bases.length);
        for (const base of bases)
          for (const port of Object.values(portsFrom(base))) assert.ok(port >= 18700 && port < 32768 && port - base < 20);
      }),
      { numRuns: 50 },
    );
  });

  it("gives `default` the first block, and nobody else", () => {
    assert.equal(portBases("default")[0], 18700);
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), (name) => name === "default" || portBases(name)[0] !== 18700));
  });

  it("passes by a block of which one port is in use", async () => {
    const [first = 0, second] = portBases("t-ports");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(first + 3, "127.0.0.1", resolve));
    assert.equal(await freePortBase("t-ports", new Set()), second);
    await new Promise((resolve) => server.close(resolve));
  });

  it("keeps the paths of its sockets short enough for QEMU", () => {
    const { guestsDir } = instanceConfig({ name: "x".repeat(20), root: "/r", hypervisor: "qemu", external: "none", portBase: 19000 });
    assert.ok(`${guestsDir}/${"0".repeat(36)}/console.sock`.length < 108);
  });
});
