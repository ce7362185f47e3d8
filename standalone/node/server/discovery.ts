// Discovery documents of the two aggregated groups. Without them the namespace controller would never finish a deletion. Pure.

const machineVerbs = ["start", "stop", "restart", "migrate", "addvolume", "removevolume"];
const instanceVerbs = ["pause", "unpause", "softreboot", "reset", "console", "vnc", "vnc/screenshot"];

const verbOf = (name: string) => (/console|vnc/.test(name) ? "get" : "update");
const resources = (plural: string, kind: string, names: readonly string[]) =>
  names.map((name) => ({ name: `${plural}/${name}`, singularName: "", namespaced: true, kind, verbs: [verbOf(name)] }));

const lists: Record<string, readonly unknown[]> = {
  "subresources.kubevirt.io/v1": [
    ...resources("virtualmachines", "VirtualMachine", machineVerbs),
    ...resources("virtualmachineinstances", "VirtualMachineInstance", instanceVerbs),
  ],
  "upload.cdi.kubevirt.io/v1beta1": [
    { name: "uploadtokenrequests", singularName: "uploadtokenrequest", namespaced: true, kind: "UploadTokenRequest", verbs: ["create"] },
  ],
};

export const groups = [
  { group: "subresources.kubevirt.io", version: "v1" },
  { group: "upload.cdi.kubevirt.io", version: "v1beta1" },
] as const;

function groupDocument({ group, version }: { group: string; version: string }): object {
  const entry = { groupVersion: `${group}/${version}`, version };
  return { name: group, versions: [entry], preferredVersion: entry };
}

/** The document under a path, undefined where there is none. */
export function discoveryDocument(path: string): object | undefined {
  if (path === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupDocument) };
  const found = groups.find(({ group, version }) => path === `/apis/${group}` || path === `/apis/${group}/${version}`);
  if (!found) return undefined;
  if (path === `/apis/${found.group}`) return { kind: "APIGroup", apiVersion: "v1", ...groupDocument(found) };
  const groupVersion = `${found.group}/${found.version}`;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: lists[groupVersion] };
}
