// charts/kumulus/files/rights/: the rules of each role, from what its code declares. The chart's ClusterRoles and those of `make up` are made of them. And
// cli/generated/needs.ts, the same for `kumulus doctor`.
import { offlineRights } from "../../api/testing/offline-services.ts";
import type { ControllersOptions } from "../../controllers/controllers.ts";
import { allControllers, operatorRights } from "../../controllers/controllers.ts";
import type { Right } from "../../domain/rights.ts";
import { metadataRights } from "../../node/metadata/run.ts";
import { type LimitedRole, limitedRoles } from "../../standalone/instance.ts";
import { webhookRights } from "../../webhooks/rights.ts";

/** Nothing is called: only what the definitions say is read. */
const offline = {} as never;

function controllers() {
  const options: ControllersOptions = {
    northbound: offline,
    southbound: offline,
    caches: offline,
    log: { child: () => offline } as never,
    imageBaseURL: "",
    imageKey: offline,
    imageStore: offline,
    kubeVirt: offline,
  };
  return allControllers(options);
}

/** One verb on one resource in one scope. */
export interface Atom {
  group: string;
  resource: string;
  verb: string;
  system: boolean;
  /** Of the one object; all when undefined. */
  name: string | undefined;
  unasked: string | undefined;
}

const keyOf = ({ group, resource, verb, system, name }: Atom) => [system, group, resource, verb, name].join(" ");

function atomsOf({ group, resource, verbs, system, names, unasked }: Right): Atom[] {
  return (names ?? [undefined]).flatMap((name) => verbs.map((verb) => ({ group, resource, verb, system: system === true, name, unasked })));
}

/** Each right once; what somebody asks for is asked for, whoever else wants it unasked. What a wider right covers is left out. */
export function merged(rights: readonly Right[]): Atom[] {
  const atoms = new Map<string, Atom>();
  for (const atom of rights.flatMap(atomsOf)) {
    const known = atoms.get(keyOf(atom));
    if (!known || atom.unasked === undefined) atoms.set(keyOf(atom), atom);
  }
  const has = (atom: Atom) => atoms.has(keyOf(atom));
  const covered = (atom: Atom) =>
    (atom.name !== undefined && has({ ...atom, name: undefined })) || (atom.system && has({ ...atom, system: false, name: undefined }));
  return [...atoms.values()].filter((atom) => !covered(atom));
}

/** Of the node's part of the metadata service besides: its rights are given in clusters only. */
const rolesWithFiles = [...limitedRoles, "node"] as const;
type RoleWithFile = (typeof rolesWithFiles)[number];

export function atomsOfRole(role: RoleWithFile): Atom[] {
  if (role === "node") return merged(metadataRights);
  if (role === "operator") return merged(operatorRights(controllers()));
  return merged(role === "api" ? offlineRights() : webhookRights);
}

interface Rule {
  apiGroups: [string];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

const verbOrder = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "manage", "administer"];

/** Resources of one group that have the same verbs share a rule. */
function rulesOf(atoms: readonly Atom[]): Rule[] {
  const verbs = Map.groupBy(atoms, ({ group, resource, name }) => [group, resource, name ?? ""].join(" "));
  const rows = [...verbs.values()].map((same) => ({
    ...(same[0] as Atom),
    verbs: same.map(({ verb }) => verb).sort((a, b) => verbOrder.indexOf(a) - verbOrder.indexOf(b)),
  }));
  const shared = Map.groupBy(rows, ({ group, name, verbs }) => [group, name ?? "", verbs].join(" "));
  return [...shared.keys()].sort().map((key) => {
    const [first, ...others] = shared.get(key) ?? [];
    if (!first) throw new Error(key);
    return {
      apiGroups: [first.group],
      resources: [first, ...others].map(({ resource }) => resource).sort(),
      ...(first.name !== undefined && { resourceNames: [first.name] }),
      verbs: first.verbs,
    };
  });
}

const list = (words: readonly string[]) => `[${words.map((word) => word || '""').join(", ")}]`;

function textOf(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) => [
    `  - apiGroups: ${list(apiGroups)}`,
    `    resources: ${list(resources)}`,
    ...(resourceNames ? [`    resourceNames: ${list(resourceNames)}`] : []),
    `    verbs: ${list(verbs)}`,
  ]);
}

function fileOf(role: RoleWithFile): string {
  const atoms = atomsOfRole(role);
  const part = (system: boolean) => atoms.filter((atom) => atom.system === system);
  const asked = part(false).filter(({ unasked }) => unasked === undefined);
  const reasons = Map.groupBy(
    part(false).filter(({ unasked }) => unasked !== undefined),
    ({ unasked = "" }) => unasked,
  );
  return [
    `# What the role ${role} may do, from what its code declares. Written by \`npm run generate\`; do not edit.`,
    "cluster:",
    ...textOf(rulesOf(asked)),
    ...[...reasons].flatMap(([why, some]) => [`  # ${why.charAt(0).toUpperCase()}${why.slice(1)}.`, ...textOf(rulesOf(some))]),
    "# In the namespace kumulus-system.",
    "system:",
    ...textOf(rulesOf(part(true))),
    "",
  ].join("\n");
}

/** One line for each resource, cloud objects first: what the doctor looks for. Rights to single objects can not be looked up. */
function needsOf(role: LimitedRole): string[] {
  const atoms = atomsOfRole(role).filter(({ name }) => name === undefined);
  const rows = [...Map.groupBy(atoms, ({ group, resource }) => `${group}/${resource}`).values()].map(([first, ...others]) => {
    if (!first) throw new Error("an empty group");
    const verbs = new Set([first, ...others].map(({ verb }) => verb));
    return { group: first.group, resource: first.resource, verbs: verbOrder.filter((verb) => verbs.has(verb)) };
  });
  const rank = ({ group, resource }: { group: string; resource: string }) =>
    `${group.endsWith(".kumulus.cloud") ? 0 : 1} ${group} ${resource}`;
  return rows.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).map((row) => `    ${JSON.stringify(row)},`);
}

function needsFile(): string {
  return [
    "// The rights of each role, from what its code declares. Written by `npm run generate`; do not edit.",
    'import type { Need, RoleName } from "../doctor/needs.ts";',
    "",
    "export const needs: Record<RoleName, readonly Need[]> = {",
    ...limitedRoles.flatMap((role) => [`  ${role}: [`, ...needsOf(role), "  ],"]),
    "};",
    "",
  ].join("\n");
}

/** Path → text. */
export const rightsFiles = (): Map<string, string> =>
  new Map([
    ...rolesWithFiles.map((role): [string, string] => [`charts/kumulus/files/rights/${role}.yaml`, fileOf(role)]),
    ["cli/generated/needs.ts", needsFile()],
  ]);
