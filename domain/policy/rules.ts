// Policy rules made ready to be asked: every expression once compiled to a function.
import { type Expression, ExpressionError, parseExpression } from "./expression.ts";

/** Attributes of a token by oslo.policy's names: user_id, project_id, domain_id, system_scope, roles, … Absent ones are undefined. */
export type Credentials = (name: string) => string | readonly string[] | undefined;

/** Attributes of what is acted on, by the names that rules spell in `%(…)s`: project_id, target.user.domain_id, … */
export type PolicyTarget = Readonly<Record<string, string | undefined | null>>;

export type Check = (credentials: Credentials, target: PolicyTarget) => boolean;

const never: Check = () => false;
const always: Check = () => true;

/** `'text'`, `"text"`, a number, True, False or None on the left is no attribute but itself. */
function literalOf(left: string): string | undefined {
  const quoted = /^'(.*)'$|^"(.*)"$/.exec(left);
  if (quoted) return quoted[1] ?? quoted[2];
  return /^(True|False|None|-?\d+(\.\d+)?)$/.test(left) ? left : undefined;
}

const placeholder = /%\(([^)]+)\)s/g;

/** The text with the target's attributes in it; undefined when one of them is missing: such a check does not hold. */
function filler(right: string): (target: PolicyTarget) => string | undefined {
  const whole = /^%\(([^)]+)\)s$/.exec(right)?.[1];
  if (whole !== undefined) return (target) => target[whole] ?? undefined;
  if (!right.includes("%(")) return () => right;
  return (target) => {
    let complete = true;
    const text = right.replace(placeholder, (_match, key: string) => {
      const value = target[key];
      if (value === undefined || value === null) complete = false;
      return value ?? "";
    });
    return complete ? text : undefined;
  };
}

function matchCheck(left: string, right: string): Check {
  const fill = filler(right);
  const literal = literalOf(left);
  return (credentials, target) => {
    const wanted = fill(target);
    const value = literal ?? credentials(left);
    if (wanted === undefined || value === undefined) return false;
    return typeof value === "string" ? value === wanted : value.includes(wanted);
  };
}

/** A regular expression is looked for at the beginning, as Python's `re.match` does. */
function fieldCheck(name: string, value: string | RegExp): Check {
  if (typeof value === "string") return (_credentials, target) => target[name] === value;
  const pattern = new RegExp(`^(?:${value.source})`);
  return (_credentials, target) => pattern.test(target[name] ?? "");
}

function compile(expression: Expression, rule: (name: string) => Check): Check {
  if (expression.is === "always") return always;
  if (expression.is === "never") return never;
  if (expression.is === "rule") return rule(expression.name);
  if (expression.is === "match") return matchCheck(expression.left, expression.right);
  if (expression.is === "field") return fieldCheck(expression.name, expression.value);
  if (expression.is === "role") {
    const fill = filler(expression.name);
    return (credentials, target) => credentials("roles")?.includes(fill(target)?.toLowerCase() ?? "") ?? false;
  }
  if (expression.is === "not") {
    const inner = compile(expression.of, rule);
    return (credentials, target) => !inner(credentials, target);
  }
  const parts = expression.of.map((each) => compile(each, rule));
  return expression.is === "and"
    ? (credentials, target) => parts.every((part) => part(credentials, target))
    : (credentials, target) => parts.some((part) => part(credentials, target));
}

/**
 * Every rule as a Check. `sources` are expressions by rule name. Throws ExpressionError, with the rule's name, for what can not be parsed, for a
 * reference to a rule that is not there and for rules that lead back to themselves.
 */
export function compileRules(sources: Readonly<Record<string, unknown>>): ReadonlyMap<string, Check> {
  const done = new Map<string, Check>();
  const open = new Set<string>();
  const checkOf = (name: string): Check => {
    const known = done.get(name);
    if (known) return known;
    if (!Object.hasOwn(sources, name)) throw new ExpressionError(`there is no rule ${name}`);
    if (open.has(name)) throw new ExpressionError(`it leads back to itself by rule:${name}`);
    open.add(name);
    const check = compile(parseExpression(sources[name]), checkOf);
    open.delete(name);
    done.set(name, check);
    return check;
  };
  for (const name of Object.keys(sources)) {
    try {
      checkOf(name);
    } catch (error) {
      throw error instanceof ExpressionError ? new ExpressionError(`rule ${name}: ${error.message}`) : error;
    }
  }
  return done;
}
