// docs/api-support/: what of each OpenStack API is there and what is not, from the route tables and the lists of known routes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isPlaceholder, type Route, type Service } from "../../api/http/route.ts";
import { offlineServices } from "../../api/testing/offline-services.ts";

interface Row {
  /** "GET /servers/{}", with the action of a body behind it. */
  key: string;
  method: string;
  path: string;
  action: string;
  routes: Route[];
}

const folder = "docs/api-support";
const notice = "<!-- Written by `npm run generate`; do not edit. -->\n";

/** The reference of Nova leaves the version out of its paths. */
const stripped: Readonly<Record<string, string>> = { nova: "/v2.1" };

function keyOf(method: string, path: string, action: string): string {
  return `${method} ${path.replace(/\{[^}]*\}/g, "{}")} ${action}`.trim();
}

function pathOf(service: Service, route: Route): string {
  const prefix = stripped[service.reference ?? ""];
  const path = prefix && route.path.startsWith(`${prefix}/`) ? route.path.slice(prefix.length) : route.path;
  return path.replace(/:(\w+)/g, "{$1}");
}

function knownRows(reference: string): Map<string, Row> {
  const file = join(import.meta.dirname, "api-routes", `${reference}.txt`);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const rows = new Map<string, Row>();
  for (const line of lines) {
    const [method = "", path = "", action = ""] = line.split(" ");
    if (!path.startsWith("/")) continue;
    const key = keyOf(method, path, action);
    rows.set(key, { key, method, path, action, routes: [] });
  }
  return rows;
}

const isThere = ({ routes }: Row): boolean => routes.some((route) => !isPlaceholder(route));

function versions(service: Service, { routes }: Row): string {
  const range = service.microversions;
  if (!range || routes.every(isPlaceholder)) return "";
  const since = Math.min(...routes.map((route) => route.since ?? range.min));
  const until = Math.max(...routes.map((route) => route.until ?? Number.POSITIVE_INFINITY));
  if (until < range.max) return `${range.major}.${since} – ${range.major}.${until}`;
  return since > range.min ? `from ${range.major}.${since}` : "";
}

function table(service: Service, rows: readonly Row[]): string[] {
  const lines = rows.map((row) => {
    const what = `${row.method} | \`${row.path}\`${row.action ? ` · \`${row.action}\`` : ""}`;
    const policy = !isThere(row) ? "" : [...new Set(row.routes.map((route) => `\`${route.policy}\``))].join(", ");
    return `| ${isThere(row) ? "yes" : "no"} | ${what} | ${versions(service, row)} | ${policy} |`;
  });
  return ["| there | method | path | microversions | policy rule |", "|---|---|---|---|---|", ...lines, ""];
}

interface Support {
  text: string;
  there: number;
  known: number;
}

function support(service: Service): Support {
  const known = knownRows(service.reference ?? service.name);
  const more = new Map<string, Row>();
  for (const route of service.routes) {
    const [path, action] = [pathOf(service, route), route.action ?? ""];
    const key = keyOf(route.method, path, action);
    // Where the reference does not tell actions apart, its one row stands for all of them.
    const row = known.get(key) ??
      known.get(keyOf(route.method, path, "")) ??
      more.get(key) ?? { key, method: route.method, path, action, routes: [] };
    row.routes.push(route);
    if (!known.has(row.key) && !isPlaceholder(route)) more.set(key, row);
  }
  const rows = [...known.values()];
  // Where no route says otherwise GET's answers HEAD as well.
  for (const row of rows.filter(({ method, routes }) => method === "HEAD" && routes.length === 0)) {
    const get = keyOf("GET", row.path, "");
    row.routes.push(...((known.get(get) ?? more.get(get))?.routes ?? []));
  }
  const there = rows.filter(isThere).length;
  const type = service.catalog?.type ?? service.name;
  const range = service.microversions;
  const text = [
    notice,
    `# ${type} (${service.name})`,
    "",
    `${there} of the ${rows.length} routes of the official API reference are there${range ? `, microversions ${range.major}.${range.min} to ${range.major}.${range.max}` : ""}. ` +
      `Paths are below \`${service.mount}${stripped[service.reference ?? ""] ?? ""}\`. What is not there answers 404 or 501, an unknown action 400.`,
    "",
    ...table(service, rows),
    ...(more.size > 0 ? ["Served besides:", "", ...table(service, [...more.values()])] : []),
  ].join("\n");
  return { text, there, known: rows.length };
}

/** Path → content. */
export function apiSupportFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const lines: string[] = [];
  for (const service of offlineServices().filter(({ catalog }) => catalog)) {
    const { text, there, known } = support(service);
    files.set(`${folder}/${service.name}.md`, text);
    lines.push(`| [${service.name}](${service.name}.md) | ${service.catalog?.type} | ${there} | ${known} |`);
  }
  const head = [
    "# API support",
    "",
    "Routes of each official API reference that this version serves.",
    "",
    "| service | type | there | known |",
    "|---|---|---|---|",
  ];
  return files.set(`${folder}/README.md`, [notice, ...head, ...lines, ""].join("\n"));
}
