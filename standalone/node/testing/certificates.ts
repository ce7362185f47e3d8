// Certificates with which a test's kube-apiserver proves itself to the agent: front proxy and kubelet client, each of its own CA.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../clients/programs/run.ts";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function pair(folder: string, name: string, organization: string): Promise<{ ca: string; cert: string; key: string }> {
  const [ca, caKey, request] = [join(folder, `${name}-ca.crt`), join(folder, `${name}-ca.key`), join(folder, `${name}.csr`)];
  const [cert, certKey] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  await run("openssl", ["req", "-x509", ...key, "-days", "2", "-subj", `/CN=${name}-ca`, "-keyout", caKey, "-out", ca]);
  await run("openssl", ["req", ...key, "-subj", `/O=${organization}/CN=${name}`, "-keyout", certKey, "-out", request]);
  await run("openssl", ["x509", "-req", "-in", request, "-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-days", "2", "-out", cert]);
  return { ca, cert, key: certKey };
}

/** kube-apiserver's flags for an agent, as README.md lists them. */
export async function agentFlags(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const [proxy, kubelet] = await Promise.all([pair(folder, "front-proxy", "kumulus"), pair(folder, "kubelet-client", "kumulus")]);
  return [
    `--requestheader-client-ca-file=${proxy.ca}`,
    "--requestheader-allowed-names=front-proxy",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${proxy.cert}`,
    `--proxy-client-key-file=${proxy.key}`,
    `--client-ca-file=${kubelet.ca}`,
    `--kubelet-client-certificate=${kubelet.cert}`,
    `--kubelet-client-key=${kubelet.key}`,
    "--kubelet-preferred-address-types=InternalIP",
  ];
}
