// A web server behind a Service, and a pod to ask it from, under Pod Security's strictest level. Pure.
import { busyboxImage } from "./images.ts";

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

function deployment(name: string, shell: string, more: object = {}, volumes: object[] = []) {
  const container = {
    name,
    image: busyboxImage,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", shell],
    securityContext: restricted,
    ...more,
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          securityContext: { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, seccompProfile: { type: "RuntimeDefault" } },
          containers: [container],
          volumes,
        },
      },
    },
  };
}

export function workload(namespace: string, page: string): object {
  const server = {
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { port: 8080, path: "/" }, periodSeconds: 1 },
    volumeMounts: [{ name: "page", mountPath: "/www" }],
  };
  const items = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "page" }, data: { "index.html": page } },
    deployment("web", "echo serving as $(id -u); exec httpd -f -p 8080 -h /www", server, [{ name: "page", configMap: { name: "page" } }]),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
    },
    deployment("client", "exec sleep 3600"),
  ];
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
      ...items.map((item) => ({ ...item, metadata: { ...item.metadata, namespace } })),
    ],
  };
}
