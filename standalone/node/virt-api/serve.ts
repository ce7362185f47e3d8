// Starts both endpoints that kube-apiserver calls, with the trust that it publishes in kube-system/extension-apiserver-authentication.
import { readFileSync } from "node:fs";
import { KumulusError } from "../../../domain/errors.ts";
import type { KubeClient, Log } from "../../../operator/contract.ts";
import { ConfigMap } from "../../../operator/kube/core-kinds.ts";
import type { Hypervisor } from "../guest/hypervisor.ts";
import { register } from "./discovery.ts";
import { startKubelet } from "./kubelet.ts";
import { startVirtApi } from "./server.ts";

/** Files in PEM. The certificate is for 127.0.0.1 and for `servingName`, signed by `ca`. */
export interface Serving {
  cert: string;
  key: string;
  ca: string;
}

interface ServeOptions {
  client: KubeClient;
  hypervisor: Hypervisor;
  runDir: string;
  ports: { api: number; kubelet: number };
  serving: Serving;
  log: Log;
}

async function authorities(client: KubeClient): Promise<{ clientCA: string; frontProxyCA: string }> {
  const { data = {} } = await client.get(ConfigMap, { name: "extension-apiserver-authentication", namespace: "kube-system" });
  const clientCA = data["client-ca-file"];
  const frontProxyCA = data["requestheader-client-ca-file"];
  if (clientCA && frontProxyCA) return { clientCA, frontProxyCA };
  throw new KumulusError("Unavailable", "kube-apiserver publishes no CAs: it needs --client-ca-file and --requestheader-client-ca-file");
}

/** Resolves with the function that ends both. */
export async function serve({ serving, ports, ...rest }: ServeOptions): Promise<() => void> {
  const { clientCA, frontProxyCA } = await authorities(rest.client);
  const tls = { cert: readFileSync(serving.cert, "utf8"), key: readFileSync(serving.key, "utf8") };
  const api = await startVirtApi({ ...rest, tls, frontProxyCA, port: ports.api });
  const kubelet = await startKubelet({ ...rest, tls, clientCA, port: ports.kubelet });
  await register(rest.client, ports.api, readFileSync(serving.ca, "utf8"));
  return () => {
    for (const server of [api, kubelet]) {
      server.close();
      server.closeAllConnections();
    }
  };
}
