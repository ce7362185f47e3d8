// etcd, kube-apiserver and kube-controller-manager: command lines that keep them small. Pure.
import type { InstanceConfig } from "../instance.ts";
import type { ProcessDefinition } from "../supervisor/definition.ts";

/** Absolute paths of the programs. */
export interface Programs {
  etcd: string;
  kubeApiserver: string;
  kubeControllerManager: string;
  /** Changes with the certificates that they serve with. */
  certsVersion: string;
}

/** Go's collector: a soft limit far above what an idle cloud needs, and an eager pace below it. */
const goMemory = (limitMiB: number, percent: number) => ({ GOMEMLIMIT: `${limitMiB}MiB`, GOGC: String(percent) });

const flags = (options: Record<string, string | number | boolean>) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);

export function etcd(config: InstanceConfig, programs: Programs): ProcessDefinition {
  const { ports, certs, etcdDir } = config;
  const client = `https://127.0.0.1:${ports.etcdClient}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  const options = {
    name: "kumulus",
    "data-dir": etcdDir,
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `kumulus=${peer}`,
    "cert-file": certs.serverCert,
    "key-file": certs.serverKey,
    "trusted-ca-file": certs.ca,
    "client-cert-auth": true,
    "quota-backend-bytes": 2 * 1024 ** 3,
    "snapshot-count": 2000,
    "snapshot-catchup-entries": 500,
    "max-snapshots": 1,
    "max-wals": 1,
    "auto-compaction-mode": "periodic",
    "auto-compaction-retention": "10m",
    "log-level": "warn",
  };
  return {
    name: "etcd",
    argv: [programs.etcd, ...flags(options)],
    env: goMemory(256, 100),
    probe: { kind: "http", url: `${client}/health`, ca: certs.ca, cert: certs.etcdClientCert, key: certs.etcdClientKey },
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 10_000,
    version: programs.certsVersion,
  };
}

/**
 * Built-in APIs that nothing in a cloud on one machine uses; each costs storage, watch caches and schemas in memory.
 * resource.k8s.io stays: controller-manager's quota loop would complain about it for ever.
 */
const unusedAPIs = [
  "apps/v1",
  "autoscaling/v1",
  "autoscaling/v2",
  "batch/v1",
  "certificates.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1",
  "node.k8s.io/v1",
  "policy/v1",
  "scheduling.k8s.io/v1",
];

/** Plugins on by default that need one of those APIs, or that judge pods, of which the node agent is the only author. */
const unusedAdmission = [
  "CertificateApproval",
  "CertificateSigning",
  "CertificateSubjectRestriction",
  "ClusterTrustBundleAttest",
  "DefaultIngressClass",
  "DefaultTolerationSeconds",
  "JobValidation",
  "LimitRanger",
  "MutatingAdmissionPolicy",
  "NodeDeclaredFeatureValidator",
  "PodGroupProtection",
  "PodGroupWorkloadExists",
  "PodResizeValidator",
  "PodSecurity",
  "PodTopologyLabels",
  "Priority",
  "RuntimeClass",
  "ServiceAccount",
  "TaintNodesByCondition",
  "ValidatingAdmissionPolicy",
];

/** OwnerReferencesPermissionEnforcement is for strict clusters: here it finds a right that the roles would lack in one. */
const admission = [
  "OwnerReferencesPermissionEnforcement",
  "NamespaceLifecycle",
  "DefaultStorageClass",
  "StorageObjectInUseProtection",
  "PersistentVolumeClaimResize",
  "MutatingAdmissionWebhook",
  "ValidatingAdmissionWebhook",
  "ResourceQuota",
];

export function kubeApiserver(config: InstanceConfig, programs: Programs): ProcessDefinition {
  const { ports, certs } = config;
  const options = {
    "etcd-servers": `https://127.0.0.1:${ports.etcdClient}`,
    "etcd-cafile": certs.ca,
    "etcd-certfile": certs.etcdClientCert,
    "etcd-keyfile": certs.etcdClientKey,
    "bind-address": "127.0.0.1",
    "advertise-address": config.network.gatewayIP,
    "secure-port": ports.kubeApiserver,
    "tls-cert-file": certs.serverCert,
    "tls-private-key-file": certs.serverKey,
    "client-ca-file": certs.ca,
    "token-auth-file": certs.tokens,
    "authorization-mode": "RBAC",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": certs.serviceAccountPublicKey,
    "service-account-signing-key-file": certs.serviceAccountKey,
    "service-cluster-ip-range": "10.254.0.0/24",
    "endpoint-reconciler-type": "none",
    "requestheader-client-ca-file": certs.frontProxyCA,
    "requestheader-allowed-names": "front-proxy",
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "proxy-client-cert-file": certs.frontProxyCert,
    "proxy-client-key-file": certs.frontProxyKey,
    "kubelet-preferred-address-types": "InternalIP",
    "kubelet-client-certificate": certs.kubeletClientCert,
    "kubelet-client-key": certs.kubeletClientKey,
    "allow-privileged": true,
    "enable-admission-plugins": admission.join(","),
    "disable-admission-plugins": unusedAdmission.join(","),
    "runtime-config": unusedAPIs.map((api) => `${api}=false`).join(","),
    "enable-priority-and-fairness": false,
    // One server needs no lease that tells others of it, no second copy of its caches, and no comparison of them with etcd every five minutes.
    "feature-gates":
      "APIServerIdentity=false,UnknownVersionInteroperabilityProxy=false,ListFromCacheSnapshot=false,DetectCacheInconsistency=false",
    "event-ttl": "30m",
    ...(config.auditLog && { "audit-policy-file": certs.auditPolicy, "audit-log-path": config.auditLog, "audit-log-maxsize": 1024 }),
    "etcd-compaction-interval": "5m",
    profiling: false,
  };
  return {
    name: "kube-apiserver",
    argv: [programs.kubeApiserver, ...flags(options)],
    env: goMemory(900, 50),
    probe: { kind: "http", url: `${config.kubeApiserverURL}/readyz`, ca: certs.ca },
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 8000,
    version: `${programs.certsVersion}${config.auditLog ? " audited" : ""}`,
  };
}

/** The loops whose absence somebody would notice: without PVC and PV protection, for one, a deleted claim hangs on its finalizer. */
const controllers = [
  "namespace-controller",
  "garbage-collector-controller",
  "resourcequota-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "clusterrole-aggregation-controller",
  "persistentvolumeclaim-protection-controller",
  "persistentvolume-protection-controller",
  "persistentvolume-binder-controller",
];

export function kubeControllerManager(config: InstanceConfig, programs: Programs): ProcessDefinition {
  const { ports, certs } = config;
  const options = {
    kubeconfig: config.kubeconfigs.controllerManager,
    "bind-address": "127.0.0.1",
    "secure-port": ports.controllerManager,
    "tls-cert-file": certs.serverCert,
    "tls-private-key-file": certs.serverKey,
    "root-ca-file": certs.ca,
    "service-account-private-key-file": certs.serviceAccountKey,
    controllers: controllers.join(","),
    // Each loop has its own service account with the rights that Kubernetes gives it.
    "use-service-account-credentials": true,
    // One instance has one controller-manager: a lease would only delay its restart by 15 s.
    "leader-elect": false,
    "pvclaimbinder-sync-period": "15s",
    "kube-api-qps": 200,
    "kube-api-burst": 400,
    profiling: false,
  };
  return {
    name: "kube-controller-manager",
    argv: [programs.kubeControllerManager, ...flags(options)],
    env: goMemory(200, 50),
    probe: { kind: "http", url: `https://127.0.0.1:${ports.controllerManager}/healthz`, ca: certs.ca },
    readyTimeoutMs: 60_000,
    stopTimeoutMs: 5000,
    version: programs.certsVersion,
  };
}
