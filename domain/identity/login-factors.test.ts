// What logins are made of besides passwords: TOTP, AWS' signatures, access rules, sealed texts; the vectors are those of the specifications.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { accessCheck } from "./access-rule.ts";
import { isSignedWith, isTextSignedWith, type SignedRequest } from "./ec2-signature.ts";
import { seal, unseal } from "./sealed.ts";
import { decodeBase32, passcode, periodAt, periodOf } from "./totp.ts";

describe("TOTP", () => {
  const secret = Buffer.from("12345678901234567890");
  // RFC 6238, appendix B, without the first two of its eight digits.
  const vectors: [seconds: number, code: string][] = [
    [59, "287082"],
    [1111111109, "081804"],
    [1111111111, "050471"],
    [1234567890, "005924"],
    [2000000000, "279037"],
    [20000000000, "353130"],
  ];
  for (const [seconds, code] of vectors) it(`at ${seconds} s`, () => assert.equal(passcode(secret, periodAt(seconds * 1000)), code));

  it("takes the passcode of this period and of as many before as are allowed, and no other", () => {
    const now = 1_700_000_000_000;
    const period = periodAt(now);
    for (const [age, previous, expected] of [
      [0, 0, period],
      [1, 1, period - 1],
      [1, 0, undefined],
      [2, 1, undefined],
      [-1, 1, undefined],
    ] as const)
      assert.equal(periodOf(passcode(secret, period - age), secret, now, previous), expected);
    assert.equal(periodOf("", secret, now, 1), undefined);
    assert.equal(periodOf("12345é", secret, now, 1), undefined);
  });

  it("reads base32 as authenticators show it", () => {
    assert.deepEqual(decodeBase32("gezdgnbvgy3tqojqgezdgnbvgy3tqojq"), secret);
    assert.deepEqual(decodeBase32("MZXW6YQ="), Buffer.from("foob"));
    assert.equal(decodeBase32("no base32!"), undefined);
    assert.equal(decodeBase32(""), undefined);
  });
});

describe("AWS signatures", () => {
  const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const emptyBody = createHash("sha256").update("").digest("hex");
  // AWS' own example of version 4 ("Examples of how to derive a signing key": IAM ListUsers).
  const version4: SignedRequest = {
    verb: "GET",
    host: "iam.amazonaws.com",
    path: "/",
    params: { Action: "ListUsers", Version: "2010-05-08" },
    headers: {
      Authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=x",
      "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
      Host: "iam.amazonaws.com",
      "X-Amz-Date": "20150830T123600Z",
    },
    body_hash: emptyBody,
    signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  };
  it("checks version 4", () => {
    assert.ok(isSignedWith(secret, version4));
    assert.ok(!isSignedWith("another", version4));
    assert.ok(!isSignedWith(secret, { ...version4, path: "/other" }));
    assert.ok(
      !isSignedWith(secret, { ...version4, headers: { ...version4.headers, "X-Amz-Date": "20150831T123600Z" } }),
      "the date is signed",
    );
  });
  it("checks version 4 where the client did not sign the port", () => {
    const headers = { ...version4.headers, Host: "iam.amazonaws.com:8773" };
    assert.ok(isSignedWith(secret, { ...version4, host: "iam.amazonaws.com:8773", headers }));
  });
  // AWS' own example of version 2 (Elastic MapReduce, DescribeJobFlows).
  const version2: SignedRequest = {
    verb: "GET",
    host: "elasticmapreduce.amazonaws.com",
    path: "/",
    params: {
      AWSAccessKeyId: "AKIAIOSFODNN7EXAMPLE",
      Action: "DescribeJobFlows",
      SignatureMethod: "HmacSHA256",
      SignatureVersion: "2",
      Timestamp: "2011-10-03T15:19:30",
      Version: "2009-03-31",
    },
    signature: "i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf/Mj6vPxyYIs=",
  };
  it("checks version 2", () => {
    const key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    assert.ok(isSignedWith(key, version2));
    assert.ok(!isSignedWith(key, { ...version2, params: { ...version2.params, Action: "TerminateJobFlows" } }));
    assert.ok(!isSignedWith(key, { ...version2, params: { ...version2.params, SignatureVersion: "3" } }), "no such version");
  });
  // The example of S3's own first version ("Signing and authenticating REST requests", object GET), and one of version 4.
  it("checks S3's texts", () => {
    const key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const text = Buffer.from("GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/awsexamplebucket1/photos/puppy.jpg");
    assert.ok(isTextSignedWith(key, text, "qgk2+6Sv9/oM7G3qLEjTH1a1l1g="));
    assert.ok(!isTextSignedWith(key, Buffer.concat([text, Buffer.from("x")]), "qgk2+6Sv9/oM7G3qLEjTH1a1l1g="));
    const digest = "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972";
    const fourth = Buffer.from(`AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n${digest}`);
    const signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    assert.ok(isTextSignedWith(key, fourth, signature));
    assert.ok(!isTextSignedWith(key, Buffer.from(fourth.toString().replace("/s3/", "/ec2/")), signature));
  });
  it("refuses nonsense without breaking", () =>
    fc.assert(
      fc.property(
        fc.string(),
        fc.dictionary(fc.string(), fc.string()),
        fc.dictionary(fc.string(), fc.string()),
        (signature, params, headers) => {
          assert.equal(isSignedWith(secret, { signature, params, headers, host: "h:1" }), false);
          assert.equal(isTextSignedWith(secret, Buffer.from(signature), signature), false);
        },
      ),
    ));
});

describe("access rules", () => {
  const lets = (path: string, requested: string) =>
    accessCheck([{ service: "compute", method: "GET", path }])({ service: "compute", method: "GET", path: requested });
  const cases: [pattern: string, path: string, lets: boolean][] = [
    ["/v2.1/servers", "/v2.1/servers", true],
    ["/v2.1/servers", "/v2x1/servers", false],
    ["/v2.1/servers", "/v2.1/servers/1", false],
    ["/v2.1/servers/*", "/v2.1/servers/1", true],
    ["/v2.1/servers/*", "/v2.1/servers/1/ips", false],
    ["/v2.1/servers/*", "/v2.1/servers/", false],
    ["/v2.1/servers/*/ips", "/v2.1/servers/1/ips", true],
    ["/v2.1/servers/{server_id}/ips", "/v2.1/servers/1/ips", true],
    ["/v2.1/**", "/v2.1/servers/1/ips", true],
    ["/v2.1/**", "/v3/servers", false],
    ["**", "/anything/at/all", true],
    ["/a+(b)[c]", "/a+(b)[c]", true],
    ["/a{b", "/a{b", true],
  ];
  for (const [pattern, path, expected] of cases)
    it(`${pattern} ${expected ? "lets" : "keeps"} ${path}`, () => assert.equal(lets(pattern, path), expected));

  it("looks at service and method, and lets nothing through without a rule", () => {
    const check = accessCheck([{ service: "compute", method: "GET", path: "**" }]);
    assert.ok(!check({ service: "image", method: "GET", path: "/" }));
    assert.ok(!check({ service: "compute", method: "DELETE", path: "/" }));
    assert.ok(!accessCheck([])({ service: "compute", method: "GET", path: "/" }));
  });
  it("takes a path without special signs by its word", () =>
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[*{}\n\r\u2028\u2029]/.test(text)),
        (path) => assert.ok(lets(path, path)),
      ),
    ));
});

describe("sealed texts", () => {
  const key = randomBytes(32);
  it("come back for their owner and key, and for nobody else", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const sealed = seal(text, key, "a");
        assert.equal(unseal(sealed, key, "a"), Buffer.from(text).toString());
        assert.equal(unseal(sealed, key, "b"), undefined);
        assert.equal(unseal(sealed, randomBytes(32), "a"), undefined);
      }),
    ));
  it("notice every change", () => {
    const sealed = seal("secret", key, "a");
    assert.ok(!sealed.includes("secret"));
    for (const broken of [sealed.slice(0, -2), `${sealed}AA`, sealed.replace("sealed-v1", "sealed-v2"), "", "sealed-v1.", "x"])
      assert.equal(unseal(broken, key, "a"), undefined);
  });
});
