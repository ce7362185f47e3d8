// The rights without which a role does not work: what its caches list and what it writes. charts/kumulus grants them.
import { kumulusKinds } from "../../models/kinds.ts";

export const roleNames = ["operator", "api", "webhook"] as const;
export type RoleName = (typeof roleNames)[number];

export interface Need {
  group: string;
  resource: string;
  verbs: readonly string[];
}

const need = (verbs: string, group: string, ...resources: string[]): Need[] =>
  resources.map((resource) => ({ group, resource, verbs: verbs.split(",") }));

const kinds = (verbs: string, accept: (name: string) => boolean, subresource = ""): Need[] =>
  kumulusKinds
    .filter(({ plural }) => accept(plural))
    .map(({ group, plural }) => ({ group, resource: plural + subresource, verbs: verbs.split(",") }));

const but =
  (...names: string[]) =>
  (name: string) =>
    !names.includes(name);
const only =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name);

const networkKinds = ["floatingips", "networks", "ports", "routers", "securitygroups", "subnets"];

export const needs: Record<RoleName, readonly Need[]> = {
  operator: [
    ...kinds("list,watch", but("tokenrevocations")),
    ...kinds("patch", but("tokenrevocations", "ipaddresses"), "/status"),
    ...kinds("patch,delete", only("servers", "images", "volumes", "ipaddresses", ...networkKinds)),
    ...need("create,patch,delete", "kubevirt.io", "virtualmachines"),
    ...need("list,watch,delete", "kubevirt.io", "virtualmachineinstances"),
    ...need("update", "subresources.kubevirt.io", "virtualmachines/start", "virtualmachines/stop", "virtualmachines/restart"),
    ...need("list,watch,create,delete", "cdi.kubevirt.io", "datavolumes"),
    ...need("list,watch,create,patch,delete", "k8s.cni.cncf.io", "network-attachment-definitions"),
    ...need("list,watch,patch,delete", "", "persistentvolumeclaims"),
    ...need("list,watch,create,patch,delete", "", "namespaces"),
    ...need("list,watch,create", "", "secrets"),
    ...need("create,patch", "", "events", "resourcequotas"),
    ...need("create,patch", "rbac.authorization.k8s.io", "roles", "rolebindings"),
    ...need("list,watch", "storage.k8s.io", "storageclasses"),
    ...need("get,create,update", "coordination.k8s.io", "leases"),
  ],
  api: [
    ...kinds("list,watch", () => true),
    ...kinds("create,update,patch,delete", only("flavors", "keypairs", "servers", "images", "volumes", ...networkKinds)),
    ...kinds("create", only("serveractions", "tokenrevocations")),
    ...kinds("patch", only("images"), "/status"),
    ...need("list", "", "pods"),
    ...need("get", "", "pods/log"),
    ...need("get,create,update", "", "secrets"),
  ],
  webhook: [
    ...kinds("list,watch", only("flavors", "keypairs", "servers", "tenants", "images", "volumes", "volumetypes", ...networkKinds)),
    ...need("create", "", "secrets"),
    ...need("create", "admissionregistration.k8s.io", "validatingwebhookconfigurations"),
  ],
};
