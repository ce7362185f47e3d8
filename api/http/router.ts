// The route table as a trie: one walk over the path's segments, whatever the number of routes. A static segment beats a parameter.
import type { Route } from "./route.ts";

interface Node<R> {
  readonly fixed: Map<string, Node<R>>;
  parameter: Node<R> | undefined;
  /** Routes that end here, by method. */
  readonly routes: Map<string, Leaf<R>[]>;
}

interface Leaf<R> {
  readonly names: readonly string[];
  readonly route: R;
}

export interface Match<R> {
  /** Routes of this method on this path; they differ in microversions or in `action`. */
  readonly routes: readonly R[];
  readonly params: Readonly<Record<string, string>>;
}

/** `methods`: what the path allows when the method is wrong; empty for an unknown path. */
export type Lookup<R> = { match: Match<R> } | { methods: readonly string[] };

const emptyNode = <R>(): Node<R> => ({ fixed: new Map(), parameter: undefined, routes: new Map() });
const segments = (path: string) => path.split("/").filter((segment) => segment !== "");

function decoded(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

export class Router<R extends Pick<Route, "method" | "path">> {
  readonly #root: Node<R> = emptyNode();

  constructor(routes: readonly R[]) {
    for (const route of routes) this.#add(route);
  }

  /**
   * HEAD is served by GET where no route says otherwise. Empty segments do not count: "/servers/" is "/servers". Where that path lacks the method it
   * is unknown, since the client left out an id.
   */
  lookup(method: string, path: string): Lookup<R> {
    const values: string[] = [];
    const node = this.#find(this.#root, segments(path), 0, values);
    if (!node) return { methods: [] };
    const leaves = node.routes.get(method) ?? (method === "HEAD" ? node.routes.get("GET") : undefined);
    const [first] = leaves ?? [];
    if (!leaves || !first) return { methods: path.endsWith("/") ? [] : [...node.routes.keys()] };
    const params: Record<string, string> = {};
    for (const [index, name] of first.names.entries()) params[name] = values[index] ?? "";
    return { match: { routes: leaves.map(({ route }) => route), params } };
  }

  #add(route: R): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of segments(route.path)) {
      if (segment.startsWith(":")) {
        names.push(segment.slice(1));
        node.parameter ??= emptyNode();
        node = node.parameter;
      } else {
        const next = node.fixed.get(segment) ?? emptyNode();
        node.fixed.set(segment, next);
        node = next;
      }
    }
    const leaves = node.routes.get(route.method) ?? [];
    const other = leaves[0];
    if (other && other.names.join() !== names.join())
      throw new Error(`${route.path} and ${other.route.path} name their parameters differently`);
    leaves.push({ names, route });
    node.routes.set(route.method, leaves);
  }

  /** Depth first, so that "/a/:x/c" is still found where "/a/b" exists without "c". */
  #find(node: Node<R>, path: readonly string[], at: number, values: string[]): Node<R> | undefined {
    const segment = path[at];
    if (segment === undefined) return node.routes.size > 0 ? node : undefined;
    const fixed = node.fixed.get(segment);
    const found = fixed && this.#find(fixed, path, at + 1, values);
    if (found || !node.parameter) return found;
    const value = decoded(segment);
    if (value === undefined) return undefined;
    values.push(value);
    const below = this.#find(node.parameter, path, at + 1, values);
    if (!below) values.pop();
    return below;
  }
}
