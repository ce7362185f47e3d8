// One kubeconfig per identity: the instance's API server, its CA and a bearer token.
import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { writeWhole } from "../instance/store.ts";
import type { InstanceConfig, KubeUser } from "../instance.ts";

export function kubeconfig(config: InstanceConfig, token: string, ca: Buffer): string {
  const name = `kumulus-${config.name}`;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: config.kubeApiserverURL, "certificate-authority-data": ca.toString("base64") } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}

export function writeKubeconfigs(config: InstanceConfig, tokens: Record<KubeUser, string>): void {
  const ca = readFileSync(config.certs.ca);
  for (const [user, path] of Object.entries(config.kubeconfigs)) writeWhole(path, kubeconfig(config, tokens[user as KubeUser], ca), 0o600);
}
