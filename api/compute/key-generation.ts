// Key pairs that Nova makes for its users: RSA 2048, the public half as an OpenSSH line (RFC 4253 section 6.6), the private half in PEM.
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";

export interface GeneratedKey {
  publicKey: string;
  privateKey: string;
}

const field = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** Big-endian magnitude as SSH writes it: with a zero byte in front where the first bit is set. */
function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return field((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** Off the main thread; some 100 ms. `comment` ends the public line. */
export async function generateSSHKey(comment: string): Promise<GeneratedKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048, publicExponent: 65537 });
  const { e = "", n = "" } = publicKey.export({ format: "jwk" });
  const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), mpint(e), mpint(n)]);
  return {
    publicKey: `ssh-rsa ${blob.toString("base64")} ${comment}`,
    privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}
