// Links of Nova's views. `base` is the service's URL with its version, such as http://host/compute/v2.1.

/** How a view is asked for: the microversion's minor number, the URL that clients use, and whether an administrator looks. */
export interface Viewer {
  readonly minor: number;
  readonly base: string;
  readonly admin: boolean;
  /** Whether it shows a flavor's extra specs. */
  readonly extraSpecs: boolean;
}

export interface Link {
  rel: string;
  href: string;
}

/** The same URL without its version: Nova's bookmark links have none. */
const bookmarkBase = (base: string): string => base.replace(/\/v2(\.\d+)?$/, "");

export const bookmark = (base: string, collection: string, id: string): Link => ({
  rel: "bookmark",
  href: `${bookmarkBase(base)}/${collection}/${id}`,
});

export function links(base: string, collection: string, id: string): Link[] {
  return [{ rel: "self", href: `${base}/${collection}/${id}` }, bookmark(base, collection, id)];
}
