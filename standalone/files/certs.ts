// The instance's own certificate authorities, certificates, keys and tokens, made once with openssl and renewed before they end.
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemNamespace } from "../../domain/id.ts";
import { writeWhole } from "../instance/store.ts";
import type { InstanceConfig, KubeUser, LimitedRole } from "../instance.ts";
import { run } from "../run.ts";

const days = 3650;
const renewBeforeMs = 30 * 24 * 3600 * 1000;

export interface Authority {
  cert: string;
  key: string;
}

export interface Leaf {
  cert: string;
  key: string;
  subject: string;
  usage: "serverAuth" | "clientAuth" | "serverAuth,clientAuth";
  names?: string;
}

function isCurrent(path: string): boolean {
  if (!existsSync(path)) return false;
  return Date.parse(new X509Certificate(readFileSync(path)).validTo) - Date.now() > renewBeforeMs;
}

/** Whether the certificate stands for all the names that this version of the code wants. */
function hasNames({ cert, names = "" }: Leaf): boolean {
  const present = (new X509Certificate(readFileSync(cert)).subjectAltName ?? "").replaceAll("IP Address:", "IP:").split(", ");
  return names.split(",").every((name) => name === "" || present.includes(name));
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export function ensureAuthority({ cert, key }: Authority, subject: string): void {
  if (isCurrent(cert) && existsSync(key)) return;
  const constraints = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"];
  run("openssl", ["req", "-x509", ...newKey, "-keyout", key, "-out", cert, "-days", String(days), "-subj", subject, ...constraints]);
}

export function issue(authority: Authority, leaf: Leaf): void {
  const scratch = mkdtempSync(join(dirname(leaf.cert), ".issue-"));
  const file = (name: string) => join(scratch, name);
  const extensions = ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature", `extendedKeyUsage=${leaf.usage}`];
  writeFileSync(file("extensions"), [...extensions, ...(leaf.names ? [`subjectAltName=${leaf.names}`] : [])].join("\n"));
  run("openssl", ["req", "-new", ...newKey, "-keyout", file("key"), "-out", file("request"), "-subj", leaf.subject]);
  const signer = ["-CA", authority.cert, "-CAkey", authority.key, "-set_serial", `0x${randomBytes(15).toString("hex")}`];
  run("openssl", [
    "x509",
    "-req",
    "-in",
    file("request"),
    ...signer,
    "-days",
    String(days - 1),
    "-extfile",
    file("extensions"),
    "-out",
    file("cert"),
  ]);
  renameSync(file("key"), leaf.key);
  renameSync(file("cert"), leaf.cert);
  rmSync(scratch, { recursive: true });
}

function leaves({ certs, network }: InstanceConfig): Leaf[] {
  const names = `DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${network.gatewayIP}`;
  return [
    {
      cert: certs.serverCert,
      key: certs.serverKey,
      subject: "/CN=kumulus",
      usage: "serverAuth,clientAuth",
      names,
    },
    { cert: certs.kubeletClientCert, key: certs.kubeletClientKey, subject: "/CN=kube-apiserver-kubelet-client", usage: "clientAuth" },
    { cert: certs.etcdClientCert, key: certs.etcdClientKey, subject: "/CN=kube-apiserver-etcd", usage: "clientAuth" },
  ];
}

/** Changes with the serving certificate and the tokens: who has read the old ones must start again. */
export function certsVersion({ certs }: InstanceConfig): string {
  const files = [certs.serverCert, certs.tokens].map((file) => readFileSync(file));
  return files
    .reduce((sum, bytes) => sum.update(bytes), createHash("sha256"))
    .digest("hex")
    .slice(0, 12);
}

function ensureServiceAccountKeys({ certs }: InstanceConfig): void {
  if (existsSync(certs.serviceAccountPublicKey)) return;
  run("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", certs.serviceAccountKey]);
  run("openssl", ["pkey", "-in", certs.serviceAccountKey, "-pubout", "-out", certs.serviceAccountPublicKey]);
}

const serviceAccount = (role: LimitedRole) => ({
  name: `system:serviceaccount:${systemNamespace}:kumulus-${role}`,
  group: "system:serviceaccounts",
});

/**
 * The roles of the chart have the names and the rights that they have in a cluster. That protects nothing here, since all run as root on one machine
 * and can read the administrator's kubeconfig, but what lacks a right is found before it gets to a cluster.
 */
export const kubeUsers: Record<KubeUser, { name: string; group: string }> = {
  admin: { name: "admin", group: "system:masters" },
  operator: serviceAccount("operator"),
  api: serviceAccount("api"),
  webhook: serviceAccount("webhook"),
  node: { name: "kumulus:node", group: "system:masters" },
  controllerManager: { name: "system:kube-controller-manager", group: "kumulus:control-plane" },
};

/** Bearer token of each identity, made once. kube-apiserver reads the file only at its start. */
export function ensureTokens({ certs }: InstanceConfig): Record<KubeUser, string> {
  const lines = existsSync(certs.tokens) ? readFileSync(certs.tokens, "utf8").split("\n") : [];
  const known = new Map(lines.map((line) => line.split(",")).map(([token = "", name = ""]) => [name, token]));
  const users = Object.entries(kubeUsers) as [KubeUser, { name: string; group: string }][];
  const tokens = Object.fromEntries(users.map(([user, { name }]) => [user, known.get(name) ?? randomBytes(24).toString("hex")]));
  const text = users.map(([user, { name, group }]) => `${tokens[user]},${name},${name},${group}\n`).join("");
  if (lines.join("\n") !== text) writeWhole(certs.tokens, text, 0o600);
  return tokens as Record<KubeUser, string>;
}

/** Makes what is missing or ends within 30 days. A new CA means new certificates for all. */
export function ensureCerts(config: InstanceConfig): void {
  const { certs } = config;
  const dir = dirname(certs.ca);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ca = { cert: certs.ca, key: join(dir, "ca.key") };
  const frontProxyCA = { cert: certs.frontProxyCA, key: join(dir, "front-proxy-ca.key") };
  const fresh = !isCurrent(ca.cert) || !isCurrent(frontProxyCA.cert);
  ensureAuthority(ca, `/CN=kumulus ${config.name}`);
  ensureAuthority(frontProxyCA, `/CN=kumulus ${config.name} front proxy`);
  for (const leaf of leaves(config)) if (fresh || !isCurrent(leaf.cert) || !hasNames(leaf)) issue(ca, leaf);
  const frontProxy: Leaf = { cert: certs.frontProxyCert, key: certs.frontProxyKey, subject: "/CN=front-proxy", usage: "clientAuth" };
  if (fresh || !isCurrent(frontProxy.cert)) issue(frontProxyCA, frontProxy);
  ensureServiceAccountKeys(config);
}
