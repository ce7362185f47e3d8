// What 169.254.169.254 answers for a path: the OpenStack metadata API and the EC2-compatible one (Nova's "Metadata service"). Pure.
import { ec2Tree, ec2Versions } from "./ec2.ts";
import type { MetadataFacts } from "./facts.ts";
import { openStackFiles, openStackVersions } from "./openstack.ts";
import { lookUp, printed } from "./tree.ts";

export interface MetadataAnswer {
  readonly contentType: string;
  readonly body: string | Buffer;
}

const text = (body: string | Buffer): MetadataAnswer => ({ contentType: "text/plain; charset=UTF-8", body });
const lines = (names: readonly string[]): MetadataAnswer => text(names.join("\n"));

const latest = "latest";

/** The version that a path names; `latest` is the last one. Undefined when there is none such. */
function versionOf(versions: readonly string[], name: string): string | undefined {
  return name === latest ? versions.at(-1) : versions.find((version) => version === name);
}

/** Undefined (404) for what is not there. Slashes at the end mean nothing, as in Nova. `randomSeed` is base64. */
export function metadataAnswer(path: string, facts: MetadataFacts, randomSeed: string): MetadataAnswer | undefined {
  const [first, ...rest] = path.split("/").filter((part) => part !== "");
  if (first === undefined) return lines([...ec2Versions, latest]);
  return first === "openstack" ? openStackAnswer(rest, facts, randomSeed) : ec2Answer(first, rest, facts);
}

function openStackAnswer([name, file, ...more]: readonly string[], facts: MetadataFacts, randomSeed: string): MetadataAnswer | undefined {
  if (name === undefined) return lines([...openStackVersions, latest]);
  const version = versionOf(openStackVersions, name);
  if (version === undefined || more.length > 0) return undefined;
  const files = openStackFiles(facts, version, randomSeed);
  if (file === undefined) return lines([...files.keys()]);
  const content = files.get(file);
  if (content === undefined) return undefined;
  return file.endsWith(".json") ? { contentType: "application/json", body: content } : text(content);
}

function ec2Answer(name: string, path: readonly string[], facts: MetadataFacts): MetadataAnswer | undefined {
  const version = versionOf(ec2Versions, name);
  const found = version === undefined ? undefined : lookUp(ec2Tree(facts, version), path);
  return found === undefined ? undefined : text(printed(found));
}
