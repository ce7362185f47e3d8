// The EC2-compatible metadata as a tree of texts: how a path is looked up in it and how a part of it is printed. Pure.

/** A list is printed one line an entry. */
export type Leaf = string | Buffer | readonly string[];
export interface Branch {
  /** How the branch itself is listed, where that is not its name with a slash. */
  readonly line?: string;
  readonly children: ReadonlyMap<string, Branch | Leaf>;
}

export const branch = (entries: Readonly<Record<string, Branch | Leaf>>, line?: string): Branch => ({
  children: new Map(Object.entries(entries)),
  ...(line === undefined ? {} : { line }),
});

const isBranch = (node: Branch | Leaf): node is Branch => typeof node === "object" && "children" in node;

/** Undefined when the path leads nowhere. */
export function lookUp(tree: Branch, path: readonly string[]): Branch | Leaf | undefined {
  let node: Branch | Leaf | undefined = tree;
  for (const name of path) node = node !== undefined && isBranch(node) ? node.children.get(name) : undefined;
  return node;
}

/** A branch is a list of its names in alphabetical order; branches end in a slash. */
export function printed(node: Branch | Leaf): string | Buffer {
  if (typeof node === "string" || Buffer.isBuffer(node)) return node;
  if (!isBranch(node)) return node.join("\n");
  const names = [...node.children].sort(([a], [b]) => (a < b ? -1 : 1));
  return names.map(([name, child]) => (isBranch(child) ? (child.line ?? `${name}/`) : name)).join("\n");
}
