// containerd, kubelet and kube-proxy: their files and command lines. Pure.
// Why the unusual settings: no systemd, cgroup v1, no CAP_SYS_RESOURCE, no registry, and other work on the machine.
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { enginePath } from "../../hack/engines.ts";
import { kubeconfigPath, kubeletOf, pair } from "./certs.ts";
import { flags, type Program } from "./control-plane.ts";
import { pauseImage } from "./images.ts";
import { type Layout, network } from "./layout.ts";

const clusterDomain = "cluster.local";
export const containerdSocket = "/run/containerd/containerd.sock";

const file = (layout: Layout, name: string) => join(layout.config, name);

function containerdConfig(layout: Layout): string {
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
address = "${containerdSocket}"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "${pauseImage}"

[plugins."io.containerd.cri.v1.runtime"]
# A negative oom_score_adj needs CAP_SYS_RESOURCE: without it no sandbox starts.
restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "/usr/sbin/runc"
SystemdCgroup = false

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["${dirname(enginePath("bridge"))}"]
conf_dir = "${layout.config}/cni"
`;
}

function cniConfig(layout: Layout): string {
  const bridge = {
    type: "bridge",
    bridge: "cni0",
    isGateway: true,
    hairpinMode: true,
    ipam: { type: "host-local", ranges: [[{ subnet: layout.podCIDR }]], routes: [{ dst: "0.0.0.0/0" }] },
  };
  const portmap = { type: "portmap", backend: "nftables", capabilities: { portMappings: true } };
  return JSON.stringify({ cniVersion: "1.0.0", name: "pods", plugins: [bridge, portmap] });
}

function kubeletConfig(layout: Layout): string {
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: pair(layout, "ca").cert } },
    authorization: { mode: "Webhook" },
    tlsCertFile: pair(layout, `${kubeletOf(layout)}-server`).cert,
    tlsPrivateKeyFile: pair(layout, `${kubeletOf(layout)}-server`).key,
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${layout.cgroup}`,
    oomScoreAdj: 0,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    clusterDomain,
    clusterDNS: [network.nodeIP],
    // An image that was removed could not be pulled again, and other work may fill the same disk.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%", "nodefs.inodesFree": "1%" },
    // Tests wait for a node and for pods.
    nodeStatusUpdateFrequency: "2s",
    shutdownGracePeriod: "0s",
  });
}

function kubeProxyConfig(layout: Layout): string {
  return stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clientConnection: { kubeconfig: kubeconfigPath(layout, "proxy") },
    clusterCIDR: network.podCIDR,
    // The replies of a pod on the same bridge come back through us and not around us, even where br_netfilter is not loaded.
    nftables: { masqueradeAll: true },
    // The table's size belongs to the whole machine: leave it.
    conntrack: { maxPerCore: 0, min: 0 },
  });
}

/** Names of Services and pods; of nothing else, since a test's cluster asks nobody outside. */
function corefile(layout: Layout): string {
  return `.:53 {
  bind ${network.nodeIP}
  errors
  ready 127.0.0.1:8181
  kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfigPath(layout, "dns")}
    pods insecure
  }
  cache 5
}
`;
}

/** The node's files: path → text. */
export function nodeFiles(layout: Layout): Record<string, string> {
  return {
    [file(layout, "containerd.toml")]: containerdConfig(layout),
    [file(layout, "cni/10-pods.conflist")]: cniConfig(layout),
    [file(layout, "kubelet.yaml")]: kubeletConfig(layout),
    [file(layout, "kube-proxy.yaml")]: kubeProxyConfig(layout),
    [file(layout, "Corefile")]: corefile(layout),
  };
}

export function containerd(layout: Layout): Program {
  return { name: "containerd", argv: [enginePath("containerd"), "--config", file(layout, "containerd.toml")] };
}

export function kubelet(layout: Layout): Program {
  const options = {
    config: file(layout, "kubelet.yaml"),
    kubeconfig: kubeconfigPath(layout, kubeletOf(layout)),
    "hostname-override": layout.nodeName,
    "node-ip": layout.nodeIP,
  };
  return { name: "kubelet", argv: [enginePath("kubelet"), ...flags(options)] };
}

export function kubeProxy(layout: Layout): Program {
  const options = { config: file(layout, "kube-proxy.yaml"), "hostname-override": layout.nodeName };
  return { name: "kube-proxy", argv: [enginePath("kube-proxy"), ...flags(options)] };
}

/** CoreDNS beside the pods, not in one: pods ask the node's address. */
export function coreDNS(layout: Layout): Program {
  return { name: "coredns", argv: [enginePath("coredns"), "-conf", file(layout, "Corefile")] };
}
