// The cluster's authorities, a certificate for each program, and a kubeconfig for each that speaks to the API server.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Authority, ensureAuthority, issue, type Leaf } from "../../standalone/files/certs.ts";
import { apiServerURL, type Layout, network, secondNode } from "./layout.ts";
import { run } from "./shell.ts";

interface Subject {
  subject: string;
  usage: Leaf["usage"];
  names?: string;
}

/** Who has a kubeconfig. The names and groups are those that Kubernetes' own RBAC rules know. */
const users = (layout: Layout) =>
  ({
    admin: "/O=system:masters/CN=admin",
    "controller-manager": "/CN=system:kube-controller-manager",
    scheduler: "/CN=system:kube-scheduler",
    proxy: "/CN=system:kube-proxy",
    // Kubernetes has no role for it: its manifests bring one.
    dns: "/O=system:masters/CN=coredns",
    kubelet: `/O=system:nodes/CN=system:node:${layout.nodeName}`,
    kubelet2: `/O=system:nodes/CN=system:node:${secondNode(layout).nodeName}`,
  }) as const;

export type User = keyof ReturnType<typeof users>;

const kubeletServer = ({ nodeName, nodeIP }: Layout): Subject => ({
  subject: `/CN=${nodeName}`,
  usage: "serverAuth",
  names: `DNS:${nodeName},DNS:localhost,IP:127.0.0.1,IP:${nodeIP}`,
});

function subjects(layout: Layout): Record<string, Subject> {
  const local = `DNS:localhost,IP:127.0.0.1,IP:${network.nodeIP}`;
  const service = `DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:${network.kubernetesServiceIP}`;
  const clients = Object.entries(users(layout)).map(([name, subject]) => [name, { subject, usage: "clientAuth" as const }]);
  return {
    server: { subject: "/CN=kube-apiserver", usage: "serverAuth", names: `${local},${service}` },
    etcd: { subject: "/CN=etcd", usage: "serverAuth,clientAuth", names: local },
    "kubelet-server": kubeletServer(layout),
    "kubelet2-server": kubeletServer(secondNode(layout)),
    "kubelet-client": { subject: "/O=system:masters/CN=kube-apiserver-kubelet-client", usage: "clientAuth" },
    ...Object.fromEntries(clients),
  };
}

/** Paths of a certificate and its key. */
export const pair = (layout: Layout, name: string): Authority => ({
  cert: join(layout.certs, `${name}.crt`),
  key: join(layout.certs, `${name}.key`),
});

export const kubeconfigPath = (layout: Layout, user: User) =>
  user === "admin" ? layout.kubeconfig : join(layout.certs, `${user}.kubeconfig`);

/** Who the node's kubelet is. */
export const kubeletOf = (layout: Layout) => (layout.nodeName === secondNode(layout).nodeName ? "kubelet2" : "kubelet");

function kubeconfig(layout: Layout, user: User): string {
  const embed = (path: string) => readFileSync(path).toString("base64");
  const { cert, key } = pair(layout, user);
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: layout.name, cluster: { server: apiServerURL, "certificate-authority-data": embed(pair(layout, "ca").cert) } }],
    users: [{ name: user, user: { "client-certificate-data": embed(cert), "client-key-data": embed(key) } }],
    contexts: [{ name: layout.name, context: { cluster: layout.name, user } }],
    "current-context": layout.name,
  });
}

export function writeCertsAndKubeconfigs(layout: Layout): void {
  for (const directory of [layout.certs, layout.config]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [ca, frontProxyCA, serviceAccount] = [pair(layout, "ca"), pair(layout, "front-proxy-ca"), pair(layout, "service-account")];
  ensureAuthority(ca, `/CN=cluster ${layout.name}`);
  ensureAuthority(frontProxyCA, `/CN=cluster ${layout.name} front proxy`);
  for (const [name, subject] of Object.entries(subjects(layout))) issue(ca, { ...pair(layout, name), ...subject });
  issue(frontProxyCA, { ...pair(layout, "front-proxy"), subject: "/CN=front-proxy", usage: "clientAuth" });
  run("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", serviceAccount.key]);
  run("openssl", ["pkey", "-in", serviceAccount.key, "-pubout", "-out", serviceAccount.cert]);
  for (const user of Object.keys(users(layout)) as User[])
    writeFileSync(kubeconfigPath(layout, user), kubeconfig(layout, user), { mode: 0o600 });
}
