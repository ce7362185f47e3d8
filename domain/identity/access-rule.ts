// Access rules of application credentials: which requests one lets through (Identity API v3, "Application credentials", access_rules).

export interface AccessPattern {
  /** Type of the service in the catalog: "compute". */
  readonly service: string;
  readonly method: string;
  /** `*` and `{name}` stand for one segment or a part of it, `**` for any number of them. */
  readonly path: string;
}

export interface Access {
  readonly service: string;
  readonly method: string;
  /** Below the service's mount, without the query. */
  readonly path: string;
}

const special = /[.*+?^${}()|[\]\\/]/g;
const tokens = /\{[^}]*\}|\*\*|\*|[^{*]+|\{/g;

function expressionOf(path: string): RegExp {
  const parts = path.match(tokens) ?? [];
  const text = parts.map((part) => {
    if (part === "**") return ".*";
    if (part === "*" || (part.startsWith("{") && part.endsWith("}"))) return "[^/]+";
    return part.replace(special, "\\$&");
  });
  return new RegExp(`^${text.join("")}$`);
}

/** Says of a request whether one of the patterns lets it through. No pattern lets nothing through. */
export function accessCheck(patterns: readonly AccessPattern[]): (access: Access) => boolean {
  const rules = patterns.map(({ service, method, path }) => ({ service, method, expression: expressionOf(path) }));
  return (access) =>
    rules.some(({ service, method, expression }) => service === access.service && method === access.method && expression.test(access.path));
}
