// Whether our kinds are served, with this release's schemas.
import { schemaHash } from "../../../domain/schema-hash.ts";
import { schemaHashes } from "../../../models/schema-hashes.ts";
import { CustomResourceDefinition } from "../../../operator/kube/core-kinds.ts";
import { defineCheck } from "../check.ts";
import { fail, type Judgement, ok } from "../finding.ts";

const isEstablished = ({ status }: CustomResourceDefinition) =>
  status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True") ?? false;

/** A few names are enough for a line. */
function named(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

export function judgeKinds(definitions: readonly CustomResourceDefinition[], wanted = schemaHashes): Judgement[] {
  const present = new Map(definitions.map((definition) => [definition.metadata.name, definition]));
  const names = Object.keys(wanted);
  const missing = names.filter((name) => !present.has(name));
  const unserved = [...present].filter(([name, definition]) => name in wanted && !isEstablished(definition)).map(([name]) => name);
  const different = names.filter((name) => {
    const definition = present.get(name);
    return definition?.spec !== undefined && schemaHash(definition.spec) !== wanted[name];
  });
  const apply = "helm upgrade with this release's chart, which brings the CRDs; on one machine make up";
  const findings = [
    ...(missing.length > 0 ? [fail(`not there: ${named(missing)}`, apply)] : []),
    ...(unserved.length > 0 ? [fail(`not served: ${named(unserved)}`, "kubectl describe crd says why")] : []),
    ...(different.length > 0 ? [fail(`of another release: ${named(different)}`, apply)] : []),
  ];
  return findings.length > 0 ? findings : [ok(`all ${names.length} CRDs are this release's`)];
}

export const kindsCheck = defineCheck({
  name: "kinds",
  ofRelease: true,
  gather: ({ client }) => client.list(CustomResourceDefinition),
  judge: (definitions) => judgeKinds(definitions),
});
