// One cloud on this machine: everything that its processes need to know, in one JSON file (`<state>/instance.json`).

export type Hypervisor = "qemu" | "simulated";
export type External = "host" | "none";

/** TCP ports on 127.0.0.1, one free block per instance, kept for the instance's life. */
export interface InstancePorts {
  /** Every OpenStack API, plain HTTP. */
  api: number;
  kubeApiserver: number;
  etcdClient: number;
  etcdPeer: number;
  controllerManager: number;
  /** Admission webhooks, HTTPS. */
  webhook: number;
  /** Aggregated APIs of the node agent (subresources.kubevirt.io, upload.cdi.kubevirt.io), HTTPS. */
  nodeApi: number;
  /** The node agent in the kubelet's place (pod logs), HTTPS. */
  nodeKubelet: number;
  /** `/healthz`, `/readyz` and `/metrics` of roles that serve nothing else in plain HTTP. */
  operatorHealth: number;
  webhookHealth: number;
  nodeHealth: number;
}

export interface InstanceNetwork {
  /** Network namespace with the whole data plane; enter it with `nsenter --net=<namespacePath>`. */
  namespace: string;
  namespacePath: string;
  /** Provider bridge and the name that Networks call it by. */
  bridge: string;
  physicalNetwork: string;
  /** The external network. Its gateway is an address of `bridge`. */
  externalCIDR: string;
  gatewayIP: string;
  /** Whether the host reaches the external network. */
  external: External;
  /** Both ends of the veth pair that leads to it (only with `external: "host"`). */
  hostLink: string;
  namespaceLink: string;
  /** What the names of the namespaces begin with in which guests of a network are told their metadata; its id follows. */
  metadataPrefix: string;
  /** Name of this machine as a chassis, a Node and a hypervisor. */
  chassis: string;
  tunnelIP: string;
}

export interface InstanceOVN {
  /** `OVS_*` and `OVN_*` variables: with them `ovs-vsctl`, `ovn-nbctl`, `ovs-appctl` find this instance's databases and daemons by themselves. */
  environment: Record<string, string>;
  /** Targets as OVN spells them: `unix:/run/…`. */
  northbound: string;
  southbound: string;
  /** The Open_vSwitch database. */
  conf: string;
  databases: string;
}

/** Files made by `make up` under `certs/`, all signed by one CA of the instance. */
export interface InstanceCerts {
  ca: string;
  /** Signs nothing; serves on 127.0.0.1, localhost and the external gateway: kube-apiserver, controller-manager, node agent. */
  serverCert: string;
  serverKey: string;
  /** With it kube-apiserver proves itself to the kubelet endpoint. */
  kubeletClientCert: string;
  kubeletClientKey: string;
  /** kube-apiserver to aggregated APIs: CA and client of the front proxy. */
  frontProxyCA: string;
  frontProxyCert: string;
  frontProxyKey: string;
  etcdClientCert: string;
  etcdClientKey: string;
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
  tokens: string;
  auditPolicy: string;
}

/** Roles with the rights that the chart gives them in a cluster. */
export const limitedRoles = ["operator", "api", "webhook"] as const;
export type LimitedRole = (typeof limitedRoles)[number];

/** One kubeconfig per identity; `admin` is also what people use. */
export type KubeUser = LimitedRole | "admin" | "node" | "controllerManager";

export interface InstanceConfig {
  name: string;
  /** The checkout. */
  root: string;
  /** `.kumulus/<name>`: all that must outlive a reboot. */
  stateDir: string;
  /** `/run/kumulus/<name>`: sockets and pid files; short, because QEMU refuses socket paths over 107 bytes. */
  runDir: string;
  logsDir: string;
  disksDir: string;
  /** Bytes of images: the `file` store of the Image API. */
  imagesDir: string;
  /** One folder per guest: `<uid>/qemu.pid`, its QMP, serial and VNC sockets. */
  guestsDir: string;
  etcdDir: string;
  ovn: InstanceOVN;
  hypervisor: Hypervisor;
  storage: "local";
  nodes: number;
  ports: InstancePorts;
  network: InstanceNetwork;
  certs: InstanceCerts;
  kubeconfigs: Record<KubeUser, string>;
  kubeApiserverURL: string;
  /** Where clients on this machine reach the APIs, without a path. */
  apiURL: string;
  region: string;
  /** Uids of guests that `make down` stopped, as a JSON array: the node agent starts them again and removes the file. */
  stoppedGuestsFile: string;
  /** kube-apiserver writes who asked it for what into this file, one JSON object a line; absent: it does not. */
  auditLog?: string;
}

export interface InstanceOptions {
  name: string;
  root: string;
  hypervisor: Hypervisor;
  external: External;
  audit?: boolean;
  portBase: number;
}
