// When the certificates end that stand between Kumulus, the API server and OVN.
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { isCode } from "../../../domain/errors.ts";
import { systemNamespace } from "../../../domain/id.ts";
import type { ApiClient } from "../../../operator/kube/client.ts";
import { Secret } from "../../../operator/kube/core-kinds.ts";
import type { Settings } from "../../../operator/settings.ts";
import { judgeCertificate, type NamedCertificate } from "../certificate.ts";
import { defineCheck, optional } from "../check.ts";
import { type Judgement, ok } from "../finding.ts";
import { restart } from "./webhook.ts";

/** What the API server shows to whoever connects; none over plain HTTP. */
function gatherServer({ connection }: ApiClient): Promise<NamedCertificate[]> {
  const { protocol, hostname, port } = new URL(connection.origin);
  if (protocol !== "https:") return Promise.resolve([]);
  const host = hostname.replace(/^\[|\]$/g, "");
  const { promise, resolve, reject } = Promise.withResolvers<NamedCertificate[]>();
  // Only looked at: whether it is to be trusted is judged by the requests of the other checks.
  const socket = connect({ host, port: Number(port || 443), servername: isIP(host) ? "" : host, rejectUnauthorized: false });
  socket.once("secureConnect", () => {
    const pem = socket.getPeerX509Certificate()?.toString() ?? "";
    socket.destroy();
    resolve([{ name: "the API server's", pem, advice: "renew it as your Kubernetes distribution does" }]);
  });
  socket.once("error", reject);
  return promise;
}

/** The webhook's own; nothing for an account that may not see Secrets. */
async function gatherWebhook(client: ApiClient): Promise<NamedCertificate[]> {
  const secret = await optional(client.get(Secret, { name: "webhook-tls", namespace: systemNamespace })).catch((error: unknown) => {
    if (isCode(error, "Forbidden")) return undefined;
    throw error;
  });
  const pem = Buffer.from(secret?.data?.["tls.crt"] ?? "", "base64").toString();
  return secret ? [{ name: "the webhook's", pem, advice: restart }] : [];
}

/** Empty for a file that can not be read, which is judged as such. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function gatherOVN({ ovn: { tls } }: Settings): NamedCertificate[] {
  const advice = "renew the OVN client's certificate and put it into the Secret that ovn.tlsSecret of the chart names";
  return tls ? [tls.ca, tls.cert].map((path) => ({ name: path, pem: textOf(path), advice })) : [];
}

export function judgeCertificates(certificates: readonly NamedCertificate[], now: Date): Judgement[] {
  if (certificates.length === 0) return [ok("none in use")];
  return certificates.map((certificate) => judgeCertificate(certificate, now));
}

export const certificatesCheck = defineCheck({
  name: "certificates",
  async gather({ client, settings }) {
    const parts = await Promise.all([gatherServer(client), gatherWebhook(client), settings ? gatherOVN(settings) : []]);
    return parts.flat();
  },
  judge: judgeCertificates,
});
