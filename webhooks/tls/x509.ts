// X.509 certificates (RFC 5280): a certificate authority, and server certificates that it signs. Keys are ECDSA P-256.
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";

type CryptoKeyPair = webcrypto.CryptoKeyPair;

export interface Authority {
  /** Certificate in PEM. */
  cert: string;
  commonName: string;
  keys: CryptoKeyPair;
}

export interface Pair {
  /** Certificate in PEM. */
  cert: string;
  /** Private key, PKCS #8 in PEM. */
  key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Loaded when a certificate has to be made, about once a year: it needs some 20 MB. */
const library = async () => (await import("./library.ts")).x509;

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;

const hourMs = 3600 * 1000;
/** Begins an hour ago: clocks of two machines are never the same. */
const span = (now: Date, days: number) => ({
  notBefore: new Date(now.getTime() - hourMs),
  notAfter: new Date(now.getTime() + days * 24 * hourMs),
});

/** A self-signed authority that may sign server certificates and nothing below them. */
export async function newAuthority(commonName: string, now: Date, days: number): Promise<Authority> {
  const x509 = await library();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: algorithm,
    ...span(now, days),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { cert: certificate.toString("pem"), commonName, keys };
}

/** A server certificate for DNS names and addresses. */
export async function newServerCertificate(authority: Authority, names: readonly string[], now: Date, days: number): Promise<Pair> {
  const x509 = await library();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [names[0] ?? authority.commonName] }],
    issuer: [{ CN: [authority.commonName] }],
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: algorithm,
    ...span(now, days),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? "ip" : "dns", value }))),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { cert: certificate.toString("pem"), key };
}
