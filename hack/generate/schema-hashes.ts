// Writes models/schema-hashes.ts: by it `kumulus doctor` sees whether a cluster's CRDs are this release's.
import { globSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { schemaHash } from "../../domain/schema-hash.ts";

interface Definition {
  metadata: { name: string };
  spec: Parameters<typeof schemaHash>[0];
}

/** Path → text. */
export function schemaHashFiles(): Map<string, string> {
  const paths = globSync("crds/*/*.yaml", { exclude: ["crds/samples/**"] }).sort();
  const lines = paths.map((path) => {
    const { metadata, spec } = parse(readFileSync(path, "utf8")) as Definition;
    return `  "${metadata.name}": "${schemaHash(spec)}",\n`;
  });
  const text = `// Generated from crds/ by \`npm run generate\`; do not edit.

/** Name of a CustomResourceDefinition → fingerprint of its schemas (domain/schema-hash.ts). */
export const schemaHashes: Readonly<Record<string, string>> = {
${lines.join("")}};
`;
  return new Map([["models/schema-hashes.ts", text]]);
}
