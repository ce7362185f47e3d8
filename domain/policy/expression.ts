// The language of OpenStack's policy rules (oslo.policy, "Policy Rule Expressions"): text → tree.

export type Expression =
  | { readonly is: "always" }
  | { readonly is: "never" }
  | { readonly is: "not"; readonly of: Expression }
  | { readonly is: "and" | "or"; readonly of: readonly Expression[] }
  /** `rule:NAME`: another rule. */
  | { readonly is: "rule"; readonly name: string }
  /** `role:NAME`, in any case. */
  | { readonly is: "role"; readonly name: string }
  /** `LEFT:RIGHT`: an attribute of the token (or a literal) against a text in which `%(key)s` is an attribute of the target. */
  | { readonly is: "match"; readonly left: string; readonly right: string }
  /** `field:RESOURCE:NAME=VALUE` or `field:RESOURCE:NAME=~REGEX` (Neutron): an attribute of the target. */
  | { readonly is: "field"; readonly name: string; readonly value: string | RegExp };

/** What is wrong with an expression, and where. */
export class ExpressionError extends Error {}

/** Deeper nesting is refused, so that no file can exhaust the stack. */
const deepest = 100;

/** Parentheses at the edges of a word are tokens of their own, as in oslo.policy; those inside, as in `%(user_id)s`, belong to the word. */
function tokensOf(text: string): string[] {
  return text.split(/\s+/).flatMap((word) => {
    const opening = /^\(*/.exec(word)?.[0] ?? "";
    const rest = word.slice(opening.length);
    const closing = /\)*$/.exec(rest)?.[0] ?? "";
    const middle = rest.slice(0, rest.length - closing.length);
    return [...opening, ...(middle ? [middle] : []), ...closing];
  });
}

/** `networks:router:external=True`: the resource is for people, since the target is one. */
function fieldOf(word: string, text: string): Expression {
  const parts = /^[^:=]+:([^=]+)=(.*)$/.exec(text);
  const [, name = "", value = ""] = parts ?? [];
  if (!parts) throw new ExpressionError(`"${word}" is no check: one of a field is spelled field:resource:name=value`);
  if (!value.startsWith("~")) return { is: "field", name, value };
  try {
    return { is: "field", name, value: new RegExp(value.slice(1)) };
  } catch {
    throw new ExpressionError(`"${word}": what follows =~ is no regular expression`);
  }
}

function checkOf(word: string): Expression {
  if (word === "@") return { is: "always" };
  if (word === "!") return { is: "never" };
  const colon = word.indexOf(":");
  if (colon < 1) throw new ExpressionError(`"${word}" is no check: one is spelled kind:match, such as role:reader`);
  const [left, right] = [word.slice(0, colon), word.slice(colon + 1)];
  if (left === "http" || left === "https") throw new ExpressionError(`"${word}": checks by a remote server are not supported`);
  if (left === "field") return fieldOf(word, right);
  if (left === "rule") return { is: "rule", name: right };
  if (left === "role") return { is: "role", name: right.includes("%(") ? right : right.toLowerCase() };
  return { is: "match", left, right };
}

const isWord = (token: string | undefined, word: string) => token?.toLowerCase() === word;

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  whole(): Expression {
    const expression = this.#list("or", () => this.#list("and", () => this.#term()));
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw new ExpressionError(`"${left}" is not expected here`);
    return expression;
  }

  #list(word: "and" | "or", part: () => Expression): Expression {
    const first = part();
    const of = [first];
    while (isWord(this.#tokens[this.#at], word)) {
      this.#at += 1;
      of.push(part());
    }
    return of.length === 1 ? first : { is: word, of };
  }

  #term(): Expression {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined) throw new ExpressionError("it ends where a check is expected");
    if (token === ")" || isWord(token, "and") || isWord(token, "or"))
      throw new ExpressionError(`"${token}" stands where a check is expected`);
    if (isWord(token, "not")) return this.#deeper(() => ({ is: "not", of: this.#term() }));
    if (token !== "(") return checkOf(token);
    return this.#deeper(() => {
      const inner = this.#list("or", () => this.#list("and", () => this.#term()));
      if (this.#tokens[this.#at] !== ")") throw new ExpressionError('a ")" is missing');
      this.#at += 1;
      return inner;
    });
  }

  #deeper(part: () => Expression): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw new ExpressionError("it is nested too deeply");
    const inner = part();
    this.#depth -= 1;
    return inner;
  }
}

/** The old spelling: a list of alternatives, each one check or a list of checks that must all hold. An empty list lets everybody. */
function fromLists(lists: readonly unknown[]): Expression {
  if (lists.length === 0) return { is: "always" };
  const alternatives = lists.map((each): Expression => {
    const words = typeof each === "string" ? [each] : each;
    if (!Array.isArray(words) || !words.every((word) => typeof word === "string"))
      throw new ExpressionError("a list holds checks, or lists of checks");
    return words.length === 0 ? { is: "always" } : { is: "and", of: words.map(checkOf) };
  });
  return { is: "or", of: alternatives };
}

/** `""` and `@` let everybody with a token, `!` nobody. Throws ExpressionError. */
export function parseExpression(source: unknown): Expression {
  if (Array.isArray(source)) return fromLists(source);
  if (typeof source !== "string") throw new ExpressionError("a rule is a text");
  return source.trim() === "" ? { is: "always" } : new Parser(source.trim()).whole();
}

/** Names of the rules that an expression refers to by `rule:NAME`. */
export function rulesNamedIn(expression: Expression): string[] {
  if (expression.is === "rule") return [expression.name];
  if (expression.is === "not") return rulesNamedIn(expression.of);
  return expression.is === "and" || expression.is === "or" ? expression.of.flatMap(rulesNamedIn) : [];
}
