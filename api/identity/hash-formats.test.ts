// Hashes that Keystone's library (passlib) made of a known password, and what is no hash.
import assert from "node:assert/strict";
import { isOutdated, makeHash, verifyHash } from "./hash-formats.ts";

const password = "correct horse é";
const long = "x".repeat(72);

describe("password hashes", () => {
  for (const [name, text, hash] of [
    ["bcrypt", password, "$2b$05$.NJ/64RvXOmefBv80KIeneWIjKKpprXUFSS9sptDlVaofmdbEMFYS"],
    ["bcrypt of as many bytes as it reads", long, "$2b$05$4J1RsplD3NYCcSXZmVyEBu6UrvLQdSDWL7vKN5idCh4u6vpzmbk4G"],
    ["bcrypt of more bytes than it reads", `${long}and more`, "$2b$05$4J1RsplD3NYCcSXZmVyEBu6UrvLQdSDWL7vKN5idCh4u6vpzmbk4G"],
    ["bcrypt_sha256", password, "$bcrypt-sha256$v=2,t=2b,r=5$Hqt.4CVFTK4KTfbOtC3v/u$L.9Tn/gOpaCK2IqhKTvpaYMkwXFK7W2"],
    ["scrypt", password, "$scrypt$ln=10,r=8,p=1$tRZi7J0zJgSAEIKwVipFaA$eX/0tTqMsA7WXCO0nFclYacEP50F9GZEA5y+N8g4Vt0"],
    [
      "pbkdf2_sha512",
      password,
      "$pbkdf2-sha512$1000$gVBKKSWkFOJ8T2lNac35vw$Wn2sCqMUA8/6geQ4U0cgVbPnfw1oiWrWdFDFWBsSACSOWTC3Xtm3Sk4PKjGy10acs8uLH0EErfc9g53iv.cbxA",
    ],
  ] as const) {
    it(`verify: ${name}`, async () => {
      assert.equal(await verifyHash(hash, text), true);
      assert.equal(await verifyHash(hash, `y${text.slice(1)}`), false);
      assert.equal(await verifyHash(hash, ""), false);
      assert.equal(isOutdated(hash), true);
    });
  }

  it("are made as argon2id at OWASP's floor", async () => {
    const hash = await makeHash(password);
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.deepEqual([await verifyHash(hash, password), await verifyHash(hash, "other"), isOutdated(hash)], [true, false, false]);
  });

  for (const hash of ["", "plain", "$argon2id$", "$2b$05$short", "$scrypt$ln=99,r=8,p=1$AAAA$AAAA", "$6$salt$checksum"]) {
    it(`never fit: "${hash}"`, async () => assert.equal(await verifyHash(hash, hash), false));
  }
});
