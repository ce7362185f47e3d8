// For tests: a certificate authority's certificate that is valid for so many days from now, or ended so many days ago.
import { webcrypto } from "node:crypto";
import "reflect-metadata"; // the library can not be loaded without it
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 24 * 3600 * 1000;

/** In PEM. */
export async function authorityEnding(inDays: number): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const notAfter = new Date(Date.now() + inDays * dayMs);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ["test"] }],
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(notAfter.getTime() - 400 * dayMs),
    notAfter,
  });
  return certificate.toString("pem");
}
