// The guest's awk programs, run by the busybox that the guest has: JSON flattening and cloud-config.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";

const scripts = join(import.meta.dirname, "root/usr/lib/guest");

function awk(program: string, input: string): { output: string; status: number | null } {
  const result = spawnSync("busybox", ["awk", "-f", join(scripts, program)], { input, encoding: "utf8" });
  return { output: result.stdout, status: result.status };
}

/** What json.awk should print, from JavaScript's own parser. */
function flatten(value: unknown, path = ""): string[] {
  const under = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.flatMap((item, index) => flatten(item, under(index)));
  if (value !== null && typeof value === "object") return Object.entries(value).flatMap(([key, item]) => flatten(item, under(key)));
  const text = typeof value === "string" ? value.replaceAll("\n", "\\n").replaceAll("\t", "\\t") : String(value);
  return [`${path}\t${text}`];
}

describe("json.awk", () => {
  const cases = {
    "Nova's metadata": {
      uuid: "1-2",
      hostname: "vm1.novalocal",
      public_keys: { k: "ssh-ed25519 AAAA= me@here\n" },
      devices: [],
      random_seed: "x/+=",
    },
    "quotes and slashes": { a: 'say "hi" \\ / é €', "b c": { d: [1, -2.5e3, true, null, ""] } },
    "a string longer than one step": { long: 'abc\\"'.repeat(500), after: 1 },
  };
  for (const [name, document] of Object.entries(cases)) {
    it(`flattens ${name}`, () => {
      const text = JSON.stringify(document);
      const escaped = text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
      for (const form of [text, escaped, JSON.stringify(document, null, 2)]) {
        const { output, status } = awk("json.awk", form);
        assert.deepEqual(output.split("\n").slice(0, -1), flatten(document));
        assert.equal(status, 0);
      }
    });
  }

  it("agrees with JSON.parse on any object of printable strings", () => {
    const text = fc.string({ unit: fc.constantFrom(...'abc "\\/{}[]:,\n\té€') });
    const key = fc.string({ unit: fc.constantFrom(..."abcdef"), minLength: 1 });
    const tree = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 3 }), (document) => {
        assert.deepEqual(awk("json.awk", JSON.stringify(document)).output.split("\n").slice(0, -1), flatten(document));
      }),
      { numRuns: 40 },
    );
  });

  it("says that a cut document is damaged", () => assert.equal(awk("json.awk", '{"a": "b", "c": ').status, 1));
});

describe("cloud-config.awk", () => {
  const config = `#cloud-config
# a comment
hostname: web
password: "it's \\"x\\""
packages: [vim]
ssh_pwauth: true
ssh_authorized_keys:
  - ssh-ed25519 AAAA one@x
runcmd:
- echo plain  # said once
- [ sh, -c, "echo 'a  b'" ]
- |
  echo block one
  echo block two
write_files:
  - path: /tmp/x y
    content: |
      line 1
        line 2
    permissions: '0600'
  - {ignored: form}
  - encoding: b64
    path: /tmp/z
    content: aGk=
`;
  const script = awk("cloud-config.awk", config).output;

  it("is a valid shell script", () => assert.equal(spawnSync("busybox", ["sh", "-n"], { input: script }).status, 0));
  for (const part of [
    "/usr/lib/guest/set-hostname 'web'",
    `'it'\\''s "x"'`,
    ": >/var/lib/guest/ssh-passwords",
    "echo 'cloud-config: packages is not supported, left out'",
    "echo 'ssh-ed25519 AAAA one@x' >>/home/debian/.ssh/authorized_keys",
    "sh -c 'echo plain'\n",
    "'sh' '-c' 'echo '\\''a  b'\\'''\n",
    "sh -c 'echo block one\necho block two\n'",
    "printf %s 'line 1\n  line 2\n' >'/tmp/x y'\nchmod '0600' '/tmp/x y'",
    "printf %s 'aGk=' | base64 -d >'/tmp/z'",
  ]) {
    it(`has ${JSON.stringify(part)}`, () => assert.ok(script.includes(part), script));
  }
});
