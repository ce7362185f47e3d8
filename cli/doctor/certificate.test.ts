// How long certificates serve, by real ones.
import assert from "node:assert/strict";
import { authorityEnding } from "../testing/authority.ts";
import { judgeCertificate } from "./certificate.ts";

describe("a certificate", () => {
  const table: [inDays: number, verdict: string, found: RegExp][] = [
    [100.5, "ok", /^x: until \d{4}-/],
    [13.5, "warn", /ends on .*, in 13 days/],
    [-0.5, "fail", /expired on/],
  ];
  for (const [inDays, verdict, found] of table) {
    it(`that ends in ${inDays} days is ${verdict}`, async () => {
      const judgement = judgeCertificate({ name: "x", pem: await authorityEnding(inDays), advice: "renew" }, new Date());
      assert.equal(judgement.verdict, verdict);
      assert.match(judgement.found, found);
    });
  }

  it("counts as the one of several that ends first", async () => {
    const pem = (await authorityEnding(100)) + (await authorityEnding(-1));
    assert.equal(judgeCertificate({ name: "x", pem, advice: "renew" }, new Date()).verdict, "fail");
  });

  for (const pem of ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]) {
    it(`that can not be read is named (${pem.length} bytes)`, () => {
      assert.match(judgeCertificate({ name: "x", pem, advice: "renew" }, new Date()).found, /^x: can not be read/);
    });
  }
});
