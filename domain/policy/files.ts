// A cloud's policy files: which rules of which service they change. Pure.
import { ExpressionError, parseExpression, rulesNamedIn } from "./expression.ts";

/** Names of the rules that each service has. */
export type KnownRules = ReadonlyMap<string, ReadonlySet<string>>;

/** Expressions by service and rule. */
export type Overrides = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** What is wrong with a policy file, in a sentence that names it. */
export class PolicyFileError extends Error {}

/** The file of the rules that only one service has. */
export const sharedFile = "policy.yaml";

const suffix = ".yaml";

/** From a YAML text; mappings become Maps. */
export type Parse = (text: string) => unknown;

function contentOf(file: string, text: string, parse: Parse): Map<string, unknown> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new PolicyFileError(`${file} is no YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  if (content === null || content === undefined) return new Map();
  if (!(content instanceof Map)) throw new PolicyFileError(`${file} must be rules by their names.`);
  return new Map([...content].map(([name, value]) => [String(name), value]));
}

/** The rules that others of the file refer to: a file may have some of its own, for its own use. */
function namedIn(file: string, content: ReadonlyMap<string, unknown>): Set<string> {
  const named = [...content].flatMap(([name, source]) => {
    try {
      return rulesNamedIn(parseExpression(source));
    } catch (error) {
      throw error instanceof ExpressionError ? new PolicyFileError(`${file}: rule ${name}: ${error.message}.`) : error;
    }
  });
  return new Set(named);
}

/** Which services a rule of a file is for. */
function servicesOf(file: string, rule: string, isHelper: boolean, known: KnownRules): string[] {
  const all = [...known.keys()];
  const own = file === sharedFile ? undefined : file.slice(0, -suffix.length);
  const holders = all.filter((service) => known.get(service)?.has(rule));
  if (own !== undefined && (holders.includes(own) || isHelper)) return [own];
  if (own !== undefined) throw new PolicyFileError(`${file}: ${own} has no rule ${rule}.`);
  if (holders.length > 1)
    throw new PolicyFileError(`${file}: ${holders.join(", ")} have a rule ${rule} each: it belongs into ${holders[0]}${suffix} and so on.`);
  if (holders.length === 0 && !isHelper) throw new PolicyFileError(`${file}: no service has a rule ${rule}.`);
  return holders.length > 0 ? holders : all;
}

/**
 * Reads `policy.yaml`, for rules whose names only one service has, and `<service>.yaml`, for any rule of that service, which wins. Throws
 * PolicyFileError for what is no YAML, no rule's expression or no known name.
 */
export function readPolicyFiles(files: Readonly<Record<string, string>>, known: KnownRules, parse: Parse): Overrides {
  const overrides = new Map<string, Record<string, unknown>>();
  for (const file of Object.keys(files).sort((a, b) => Number(b === sharedFile) - Number(a === sharedFile))) {
    const isKnown = file === sharedFile || (file.endsWith(suffix) && known.has(file.slice(0, -suffix.length)));
    if (!isKnown)
      throw new PolicyFileError(`${file} is no policy file: they are ${[sharedFile, ...known.keys()].join(", ")} with ${suffix}.`);
    const content = contentOf(file, files[file] ?? "", parse);
    const helpers = namedIn(file, content);
    for (const [rule, source] of content) {
      for (const service of servicesOf(file, rule, helpers.has(rule), known)) {
        overrides.set(service, { ...overrides.get(service), [rule]: source });
      }
    }
  }
  return overrides;
}
