// kube-apiserver's audit log of a cloud that runs with AUDIT=1: who asked for what, and what was refused.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Atom } from "../hack/generate/rights.ts";
import type { LimitedRole } from "../standalone/instance.ts";
import { instance, root } from "./cloud.ts";

const systemNamespace = "kumulus-system";

export interface Event {
  verb: string;
  user: { username: string };
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number; message?: string };
  annotations?: Record<string, string>;
}

export interface Asked {
  group: string;
  /** With the subresource behind it. */
  resource: string;
  verb: string;
  namespace: string | undefined;
  name: string | undefined;
  code: number;
  /** The authorizer's, of the request itself or of the creation that an apply turned out to be. */
  refused: boolean;
}

export function askedOf({ verb, objectRef = {}, responseStatus: { code = 0, message = "" } = {}, annotations = {} }: Event): Asked {
  const { apiGroup: group = "", resource = "", subresource, namespace, name } = objectRef;
  const refused = annotations["authorization.k8s.io/decision"] === "forbid" || /^\S+ .* is forbidden: User ".*" cannot /.test(message);
  return { group, resource: subresource ? `${resource}/${subresource}` : resource, verb, namespace, name, code, refused };
}

/** All requests of one role so far. */
export function requestsOf(role: LimitedRole): Asked[] {
  const user = `system:serviceaccount:${systemNamespace}:kumulus-${role}`;
  const lines = readFileSync(join(root, ".kumulus", instance, "logs/audit.jsonl"), "utf8").split("\n");
  const own = lines.filter((line) => line.includes(user)).map((line) => JSON.parse(line) as Event);
  return own.filter((event) => event.user.username === user).map(askedOf);
}

/** To apply what is not there is judged as a creation too. */
const verbsOf = ({ verb, code }: Asked) => (verb === "patch" && code === 201 ? ["patch", "create"] : [verb]);

function uses(asked: Asked, { group, resource, verb, system, name }: Atom): boolean {
  if (asked.refused || asked.group !== group || asked.resource !== resource || !verbsOf(asked).includes(verb)) return false;
  return (!system || asked.namespace === systemNamespace) && (name === undefined || asked.name === name);
}

export const text = ({ group, resource, verb }: { group: string; resource: string; verb: string }) =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}`;

export interface Verdict {
  /** Nothing used them. */
  unused: string[];
  /** Used in the system namespace only, and granted everywhere. */
  tooWide: string[];
  refused: string[];
}

/** How the rights fit to what was asked. */
export function judge(requests: readonly Asked[], atoms: readonly Atom[]): Verdict {
  const used = atoms
    .filter(({ unasked }) => unasked === undefined)
    .map((atom) => ({ atom, by: requests.filter((asked) => uses(asked, atom)) }));
  const isTooWide = (by: readonly Asked[]) => by.length > 0 && by.every(({ namespace }) => namespace === systemNamespace);
  return {
    unused: used.filter(({ by }) => by.length === 0).map(({ atom }) => `${text(atom)}${atom.system ? ` in ${systemNamespace}` : ""}`),
    tooWide: used.filter(({ atom, by }) => !atom.system && isTooWide(by)).map(({ atom }) => text(atom)),
    refused: [...new Set(requests.filter(({ refused }) => refused).map(text))],
  };
}
