// Fails when a folder imports from one that it must not know: models ← domain ← clients ← operator ← {controllers, webhooks, api, bootstrap, standalone, node, cli} ← main.ts.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const mayImport: Record<string, readonly string[]> = {
  models: [],
  domain: ["models"],
  clients: ["models", "domain"],
  operator: ["models", "domain", "clients"],
  controllers: ["models", "domain", "clients", "operator"],
  webhooks: ["models", "domain", "clients", "operator"],
  api: ["models", "domain", "clients", "operator"],
  bootstrap: ["models", "domain", "clients", "operator"],
  standalone: ["models", "domain", "clients", "operator", "bootstrap", "hack"],
  node: ["models", "domain", "clients", "operator"],
  cli: ["models", "domain", "clients", "operator", "bootstrap"],
};

/** Types of the runtime's contract may be imported from the left as well: they hold no code. */
const contract = "operator/contract.ts";
const isTest = (path: string) => /\.test\.ts$/.test(path) || path.includes("/testing/");
const statement = /^\s*(?:import|export)\s+(type\s+)?[^;"']*?from\s+"(\.[^"]+)"|^\s*import\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/gm;

function violations(path: string): string[] {
  const folder = path.split("/")[0] ?? "";
  const allowed = mayImport[folder];
  if (!allowed) return [];
  const found: string[] = [];
  for (const match of readFileSync(path, "utf8").matchAll(statement)) {
    const target = relative(".", join(dirname(path), match[2] ?? match[3] ?? match[4] ?? ""));
    const other = target.split("/")[0] ?? "";
    const typesOnly = match[1] !== undefined && target === contract;
    const forTests = isTest(path) && (other === "hack" || target.includes("/testing/"));
    if (other !== folder && !allowed.includes(other) && !typesOnly && !forTests) found.push(`${path} must not import ${target}`);
  }
  return found;
}

const files = globSync("{models,domain,clients,operator,controllers,webhooks,api,bootstrap,standalone,node,cli}/**/*.ts");
const found = files.flatMap(violations);
for (const line of found) console.error(line);
if (found.length > 0) process.exit(1);
console.log(`imports of ${files.length} files point the right way`);
