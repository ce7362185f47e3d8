// For tests: a world of given objects and rows.
import type { Row } from "../../../clients/ovsdb/codec.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { Event } from "../../../operator/kube/core-kinds.ts";
import type { World } from "../world.ts";

export type Rows = Record<string, readonly Row[]>;

const has = (object: KubeObject, selector = "") =>
  selector
    .split(",")
    .filter((term) => term !== "")
    .every((term) => object.metadata.labels?.[term.split("=")[0] ?? ""] === term.split("=")[1]);

/** `rows` by table; without them nobody can ask OVN. */
export function worldOf(objects: readonly KubeObject[], rows?: Rows, events: readonly Event[] = []): World {
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
  return {
    get: (kind, name, namespace) =>
      ofKind(kind.kind).find(({ metadata }) => metadata.name === name && (!kind.namespaced || metadata.namespace === namespace)) as never,
    list: (kind, namespace, selector) =>
      ofKind(kind.kind).filter((object) => object.metadata.namespace === namespace && has(object, selector)) as never,
    events: (object) => events.filter(({ involvedObject }) => involvedObject.name === object.metadata.name),
    rows: ({ table, where: [column, test, value] }) =>
      rows &&
      (rows[table] ?? []).filter((row) => {
        if (test === "==") return row[column] === value;
        const wanted = Object.entries(value as Record<string, string>);
        return wanted.every(([key, text]) => (row[column] as Record<string, string>)[key] === text);
      }),
  };
}
