// The CRDs as the Helm chart has them: those of crds/ and, for its node agent, of standalone/engine-crds/, with an annotation that keeps them, and so every cloud object, when the chart is uninstalled.
import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseDocument } from "yaml";

function keptDefinition(path: string): string {
  const text = readFileSync(path, "utf8");
  const keep = "    helm.sh/resource-policy: keep\n";
  const annotated = parseDocument(text).hasIn(["metadata", "annotations"]);
  const kept = annotated
    ? text.replace(/^ {2}annotations:\n/m, `  annotations:\n${keep}`)
    : text.replace(/^metadata:\n/m, `metadata:\n  annotations:\n${keep}`);
  if (kept === text) throw new Error(`${path}: its metadata are not in the form that hack/generate/chart.ts knows`);
  return `# Generated from ${path} by \`npm run generate\`; do not edit.\n${kept}`;
}

/** Path → text of charts/kumulus/files/{crds,engine-crds}/. */
export function chartFiles(): Map<string, string> {
  const own = globSync("crds/*/*.yaml", { exclude: ["crds/samples/**"] });
  const engines = globSync("standalone/engine-crds/*.yaml");
  const target = (path: string) =>
    engines.includes(path) ? `engine-crds/${basename(path)}` : `crds/${basename(dirname(path))}-${basename(path)}`;
  return new Map([...own, ...engines].sort().map((path) => [`charts/kumulus/files/${target(path)}`, keptDefinition(path)]));
}
