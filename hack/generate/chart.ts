// The CRDs as the Helm chart has them: those of crds/ with an annotation that keeps them, and so every cloud object, when the chart is uninstalled.
import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseDocument } from "yaml";

function keptDefinition(path: string): string {
  const text = readFileSync(path, "utf8");
  const annotations = parseDocument(text).getIn(["metadata", "annotations"]);
  if (annotations !== undefined) throw new Error(`${path} has annotations of its own: teach hack/generate/chart.ts to add to them`);
  const kept = text.replace(/^metadata:\n/m, "metadata:\n  annotations:\n    helm.sh/resource-policy: keep\n");
  if (kept === text) throw new Error(`${path} has no line "metadata:"`);
  return `# Generated from ${path} by \`npm run generate\`; do not edit.\n${kept}`;
}

/** Path → text of charts/kumulus/files/crds/. */
export function chartFiles(): Map<string, string> {
  const paths = globSync("crds/*/*.yaml", { exclude: ["crds/samples/**"] });
  const target = (path: string) => `charts/kumulus/files/crds/${basename(dirname(path))}-${basename(path)}`;
  return new Map(paths.sort().map((path) => [target(path), keptDefinition(path)]));
}
