// Tokens as JOSE sees them, forged ones, and the rotation of keys.
import assert from "node:assert/strict";
import fc from "fast-check";
import { compactVerify } from "jose";
import { keyIdOf, newSeed, signingKey, signJWS, verifyJWS } from "./jws.ts";
import { rotatedKeys } from "./keys.ts";

describe("token signatures", () => {
  const key = signingKey("k1", newSeed(), 0);
  const other = signingKey("k1", newSeed(), 0);
  const token = signJWS({ sub: "u", n: 1 }, key);

  it("are standard JWS", async () => {
    const { payload, protectedHeader } = await compactVerify(token, key.publicKey);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(payload)), { sub: "u", n: 1 });
    assert.deepEqual(protectedHeader, { alg: "EdDSA", kid: "k1", typ: "JWT" });
  });

  it("verify with their own key only", () => {
    assert.deepEqual(verifyJWS(token, key), { sub: "u", n: 1 });
    assert.equal(verifyJWS(token, other), undefined);
    assert.equal(keyIdOf(token), "k1");
  });

  it("do not survive any change, cut or twin spelling", () => {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const forged = Buffer.from(JSON.stringify({ sub: "admin", n: 1 })).toString("base64url");
    const unsigned = Buffer.from(JSON.stringify({ alg: "none", kid: "k1" })).toString("base64url");
    for (const bad of [
      `${header}.${forged}.${signature}`,
      `${unsigned}.${payload}.`,
      `${token}=`,
      `${token}.x`,
      token.slice(0, token.length / 2),
      "",
      "...",
      "a.b.c",
    ]) {
      assert.equal(verifyJWS(bad, key), undefined, bad);
    }
    assert.equal(keyIdOf(`${unsigned}.${payload}.`), undefined);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(..."ABCabc019-_.="), (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        assert.equal(verifyJWS(changed, key) === undefined, changed !== token);
      }),
      { numRuns: 300 },
    );
  });
});

describe("token keys", () => {
  const hour = 3_600_000;
  const at = (hours: number) => hours * hour;
  const rotate = (keys: Parameters<typeof rotatedKeys>[0], hours: number) => rotatedKeys(keys, at(hours), 24 * hour, hour);

  it("are made, replaced after a day, and kept until their last token has ended", () => {
    const first = rotate([], 0);
    assert.equal(first.length, 1);
    assert.deepEqual(rotate(first, 23), first);
    const second = rotate(first, 24);
    assert.deepEqual([second.length, second[0]], [2, first[0]]);
    assert.deepEqual(rotate(second, 25), second, "the last token of the first key may just have been made");
    assert.deepEqual(rotate(second, 27), [second[1]]);
  });

  it("of a clock that was ahead sign no more once the clock is right, but what they signed stays good", () => {
    const [ahead] = rotate([], 1000);
    assert.ok(ahead);
    const set = rotate([ahead], 10);
    assert.deepEqual([set.length, set[0]], [2, ahead]);
    assert.equal(set[1]?.createdAt, new Date(at(10)).toISOString());
    assert.deepEqual(rotate(set, 11), set, "the new key is used");
  });
});
