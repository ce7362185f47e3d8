// Keeps the webhook's certificate in a Secret: makes it, shares it among replicas, renews it in time.
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { isCode } from "../../domain/errors.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { newAuthority, newServerCertificate } from "./x509.ts";

export interface ServingCertificate {
  /** What the API server trusts, in PEM: the authority's certificate, and behind it that of the one before. */
  ca: string;
  cert: string;
  key: string;
}

export interface CertificateOptions {
  client: KubeClient;
  namespace: string;
  secretName: string;
  /** DNS names and addresses by which the API server calls us. */
  names: readonly string[];
  /** How long a certificate is good; a year unless said. It is renewed in the last quarter of that. */
  lifeMs?: number;
  now?: () => Date;
}

/** Of the Secret, where nobody names another. */
export const certificateSecret = "webhook-tls";

const commonName = "kumulus-webhook-ca";
const dayMs = 24 * 3600 * 1000;
const yearMs = 365 * dayMs;

async function make(
  names: readonly string[],
  now: Date,
  lifeMs: number,
  before: ServingCertificate | undefined,
): Promise<ServingCertificate> {
  // Authority and certificate live equally long: both are made anew together, and the API server learns both from one configuration.
  const authority = await newAuthority(commonName, now, lifeMs / dayMs);
  // Other replicas serve with the old certificate until they look again: the old authority stays trusted, the one before it does not.
  const ca = [authority.cert, ...firstOf(before?.ca)].map((cert) => `${cert.trim()}\n`).join("");
  return { ca, ...(await newServerCertificate(authority, names, now, lifeMs / dayMs)) };
}

/** The newest authority of a bundle; none of what can not be read. */
function firstOf(bundle = ""): string[] {
  try {
    return [new X509Certificate(bundle).toString()];
  } catch {
    return [];
  }
}

/** Whether the certificate is for these names, signed by its authority, and good for a while. */
export function isUsable({ ca, cert, key }: ServingCertificate, names: readonly string[], now: Date, lifeMs = yearMs): boolean {
  try {
    const [parsed, authority] = [new X509Certificate(cert), new X509Certificate(ca)];
    const isLasting = Date.parse(parsed.validTo) - now.getTime() > lifeMs / 4;
    const isNamed = names.every((name) => (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined);
    return isLasting && isNamed && key !== "" && parsed.verify(authority.publicKey);
  } catch {
    return false; // what can not be read is made anew
  }
}

function fromSecret({ data = {} }: Secret): ServingCertificate {
  const text = (field: string) => Buffer.from(data[field] ?? "", "base64").toString();
  return { ca: text("ca.crt"), cert: text("tls.crt"), key: text("tls.key") };
}

async function read({ client, namespace, secretName }: CertificateOptions): Promise<Secret | undefined> {
  try {
    return await client.get(Secret, { name: secretName, namespace });
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}

/** The certificate to serve with. Where two replicas make one at once, the first to store it wins and both use that. */
export async function ensureCertificate(options: CertificateOptions): Promise<ServingCertificate> {
  const { client, namespace, secretName, names, lifeMs = yearMs } = options;
  const now = (options.now ?? (() => new Date()))();
  const secret = await read(options);
  const known = secret && fromSecret(secret);
  if (known && isUsable(known, names, now, lifeMs)) return known;
  const made = await make(names, now, lifeMs, known);
  const encode = (text: string) => Buffer.from(text).toString("base64");
  const data = { "ca.crt": encode(made.ca), "tls.crt": encode(made.cert), "tls.key": encode(made.key) };
  const version = secret?.metadata.resourceVersion;
  const metadata = { name: secretName, namespace, ...(version === undefined ? {} : { resourceVersion: version }) };
  const wanted: Secret = { apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls", data };
  try {
    await (secret ? client.replace(Secret, wanted) : client.create(Secret, wanted));
    return made;
  } catch (error) {
    const stored = isCode(error, "Conflict") ? await read(options) : undefined;
    if (!stored) throw error;
    return fromSecret(stored);
  }
}
