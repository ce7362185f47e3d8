// Keys that are made here, text filters that can not be used to stop the process, reservations, times.
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { parsePublicKey } from "../../domain/compute/key-pair.ts";
import { Volume } from "../../models/volume/volume.ts";
import { Reservations } from "./attachable.ts";
import { generateSSHKey } from "./key-generation.ts";
import { isBase64 } from "./server-request.ts";
import { memoryStores } from "./testing/small-cloud.ts";
import { textFilter } from "./text-filter.ts";
import { isoMicros, isoSeconds, latest } from "./time.ts";

describe("keys that Nova makes", () => {
  it("are RSA pairs whose halves fit", async () => {
    const { publicKey, privateKey } = await generateSSHKey("comment");
    assert.equal(parsePublicKey(publicKey).type, "ssh-rsa");
    const { n = "" } = createPublicKey(createPrivateKey(privateKey)).export({ format: "jwk" });
    const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
    assert.ok(blob.includes(Buffer.from(n, "base64url")));
  });
});

describe("text filters", () => {
  const table: [pattern: string, text: string, matches: boolean][] = [
    ["web", "my-web-1", true],
    ["^web", "my-web-1", false],
    ["web-.$", "my-web-1", true],
    ["WEB", "my-web-1", true],
    ["10.0.0.", "10.0.0.5", true],
    ["10\\.0\\.0\\.5$", "10.0.0.55", false],
    ["a.*b", "xaxxb", true],
  ];
  for (const [pattern, text, wanted] of table) {
    it(`${pattern} ${wanted ? "finds" : "misses"} ${text}`, () => assert.equal(textFilter(pattern, "name")(text), wanted));
  }
  for (const pattern of ["(a+)+$", "(a|a)*b", ".*.*.*x", "(?=x)", "[", "(", `${"a".repeat(300)}.`]) {
    it(`refuses ${pattern.slice(0, 20)}`, () => assert.throws(() => textFilter(pattern, "name"), /Invalid filter field: name/));
  }
});

describe("reservations", () => {
  it("give a volume to one request at a time", async () => {
    const { put } = memoryStores();
    const volume = put(Volume, {
      apiVersion: "volume.kumulus.cloud/v1alpha1",
      kind: "Volume",
      metadata: { name: "v", namespace: "n" },
      spec: { sizeGiB: 1 },
    });
    const reservations = new Reservations();
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = reservations.during([volume], () => promise);
    await assert.rejects(
      reservations.during([volume], async () => "never"),
      /status must be 'available'/,
    );
    resolve("done");
    assert.equal(await first, "done");
    assert.equal(await reservations.during([volume], async () => "again"), "again");
  });
});

describe("times and texts", () => {
  it("are written as Nova writes them", () => {
    assert.equal(isoSeconds("2026-01-02T03:04:05.678Z"), "2026-01-02T03:04:05Z");
    assert.equal(isoMicros("2026-01-02T03:04:05.678Z"), "2026-01-02T03:04:05.678000");
    assert.equal(isoMicros("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000000");
    assert.equal(latest("2026-01-02T03:04:05Z", undefined, "2026-01-03T03:04:05Z"), "2026-01-03T03:04:05Z");
  });
  it("tell base64 from other text", () => {
    assert.deepEqual(["", "QUJD", "QUI=", "QUJD\nQUJD", "QUJ", "Q!JD"].map(isBase64), [true, true, true, true, false, false]);
  });
});
