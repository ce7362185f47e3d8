// etcd, kube-apiserver, kube-controller-manager and kube-scheduler: their command lines, with Kubernetes' defaults wherever those will do. Pure.
import { join } from "node:path";
import { enginePath } from "../../hack/engines.ts";
import { kubeconfigPath, pair } from "./certs.ts";
import { type Layout, network } from "./layout.ts";

export interface Program {
  name: string;
  argv: readonly string[];
}

export const flags = (options: Record<string, string | number | boolean>) =>
  Object.entries(options).map(([name, value]) => `--${name}=${value}`);

const etcdURL = "https://127.0.0.1:2379";

export function etcd(layout: Layout): Program {
  const { cert, key } = pair(layout, "etcd");
  const peer = "http://127.0.0.1:2380";
  const options = {
    "data-dir": join(layout.disk, "etcd"),
    "listen-client-urls": etcdURL,
    "advertise-client-urls": etcdURL,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    "cert-file": cert,
    "key-file": key,
    "trusted-ca-file": pair(layout, "ca").cert,
    "client-cert-auth": true,
    // Nothing of a test's cluster outlives the machine.
    "unsafe-no-fsync": true,
    "log-level": "warn",
  };
  return { name: "etcd", argv: [enginePath("etcd"), ...flags(options)] };
}

export function kubeApiserver(layout: Layout): Program {
  const of = (name: string) => pair(layout, name);
  const options = {
    "etcd-servers": etcdURL,
    "etcd-cafile": of("ca").cert,
    "etcd-certfile": of("etcd").cert,
    "etcd-keyfile": of("etcd").key,
    "advertise-address": network.nodeIP,
    "tls-cert-file": of("server").cert,
    "tls-private-key-file": of("server").key,
    "client-ca-file": of("ca").cert,
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": of("service-account").cert,
    "service-account-signing-key-file": of("service-account").key,
    "service-cluster-ip-range": network.serviceCIDR,
    "requestheader-client-ca-file": of("front-proxy-ca").cert,
    "requestheader-allowed-names": "front-proxy",
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "proxy-client-cert-file": of("front-proxy").cert,
    "proxy-client-key-file": of("front-proxy").key,
    // The node's name does not resolve.
    "kubelet-preferred-address-types": "InternalIP",
    // No --kubelet-certificate-authority, as kubeadm has it: the node agent's endpoint for logs has a certificate of its own.
    "kubelet-client-certificate": of("kubelet-client").cert,
    "kubelet-client-key": of("kubelet-client").key,
    "allow-privileged": true,
  };
  return { name: "kube-apiserver", argv: [enginePath("kube-apiserver"), ...flags(options)] };
}

/** How a program becomes a client of kube-apiserver and lets it judge its own callers. There is one of each: a lease would only delay the start. */
function clientOptions(layout: Layout, user: Parameters<typeof kubeconfigPath>[1]) {
  const kubeconfig = kubeconfigPath(layout, user);
  return {
    kubeconfig,
    "authentication-kubeconfig": kubeconfig,
    "authorization-kubeconfig": kubeconfig,
    "bind-address": "127.0.0.1",
    "leader-elect": false,
  };
}

export function kubeControllerManager(layout: Layout): Program {
  const options = {
    ...clientOptions(layout, "controller-manager"),
    "root-ca-file": pair(layout, "ca").cert,
    "cluster-signing-cert-file": pair(layout, "ca").cert,
    "cluster-signing-key-file": pair(layout, "ca").key,
    "service-account-private-key-file": pair(layout, "service-account").key,
    "use-service-account-credentials": true,
    // The default of 20 a second makes its loops start seconds later.
    "kube-api-qps": 200,
    "kube-api-burst": 400,
  };
  return { name: "kube-controller-manager", argv: [enginePath("kube-controller-manager"), ...flags(options)] };
}

export function kubeScheduler(layout: Layout): Program {
  return { name: "kube-scheduler", argv: [enginePath("kube-scheduler"), ...flags(clientOptions(layout, "scheduler"))] };
}
