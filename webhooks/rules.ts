// What a kind's rules look like: pure functions of an object and of a view of the other objects.
import { type ErrorCode, KumulusError } from "../domain/errors.ts";
import type { Amounts, QuotaService } from "../domain/quota-problem.ts";
import type { Kind, KubeObject } from "../models/kind.ts";

/** How objects of a kind are looked up by something else than their name. Indexes of one kind differ in their names. */
export interface ViewIndex<T extends KubeObject> {
  readonly name: string;
  values(object: T): readonly string[];
}

/** The world as admission knows it: the caches, and what was admitted a moment ago and is not in them yet. */
export interface View {
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): T | undefined;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  byIndex<T extends KubeObject>(kind: Kind<T>, index: ViewIndex<T>, value: string): readonly T[];
}

/**
 * A refusal, and the objects whose state it stands on. They are read afresh from the API server before the refusal is spoken, so that a cache
 * which lags behind refuses nothing. `lookAgain` names a kind of which something was not found.
 */
export interface Refusal {
  readonly error: KumulusError;
  readonly because: readonly KubeObject[];
  readonly lookAgain?: { readonly kind: Kind; readonly namespace: string };
  /** Objects that may be there though the view had none of that name, or an older state. */
  readonly named?: readonly Reference[];
}

export type Verdict = Refusal | undefined;

export interface Reference {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace?: string;
}

/** Checks of one kind. Each MUST be pure: it runs again when the view turned out to be old. */
export interface Rules<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** Objects that the checks look up by name; those that the caches miss are fetched first. */
  references?(object: T): readonly Reference[];
  create?(object: T, view: View): Verdict;
  /** Only called when the spec has changed. */
  update?(object: T, old: T, view: View): Verdict;
  remove?(object: T, view: View): Verdict;
  /** What one object takes of its project's quota. */
  readonly quota?: QuotaRule<T>;
}

export interface QuotaRule<T extends KubeObject> {
  readonly service: QuotaService;
  amounts(object: T, view: View): Amounts;
  /** Whether two objects of one namespace share a limit; all do unless said. Only for what the API server counts too. */
  isTogether?(a: T, b: T): boolean;
}

/** Gives rules of one kind the shape in which rules of all kinds are kept. */
export function defineRules<T extends KubeObject>(rules: Rules<T>): Rules {
  return rules as unknown as Rules;
}

/** A refusal with the service's own name of the error. */
export function refuse(code: ErrorCode, reason: string, message: string, because: readonly KubeObject[] = []): Refusal {
  return { error: new KumulusError(code, message, { reason }), because };
}

/** Wraps an error of a domain rule. */
export function refusal(error: KumulusError | undefined, because: readonly KubeObject[] = []): Verdict {
  return error && { error, because };
}

/** The first verdict that refuses. */
export function firstOf(...checks: readonly (() => Verdict)[]): Verdict {
  for (const check of checks) {
    const verdict = check();
    if (verdict) return verdict;
  }
  return undefined;
}

/** The first refusal among items. */
export function firstAmong<I>(items: readonly I[] | undefined, check: (item: I, index: number) => Verdict): Verdict {
  for (const [index, item] of (items ?? []).entries()) {
    const verdict = check(item, index);
    if (verdict) return verdict;
  }
  return undefined;
}

export const namespaceOf = (object: KubeObject): string => object.metadata.namespace ?? "";

/** Whether two objects of one kind are the same one. */
export const isSame = (a: KubeObject, b: KubeObject): boolean => a.metadata.name === b.metadata.name && namespaceOf(a) === namespaceOf(b);

export const isLeaving = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

/** A reference to an object of the same kind of namespace as `from` unless it names another. */
export const refTo = (kind: Kind, ref: { name: string; namespace?: string } | undefined, from: KubeObject): Reference[] =>
  ref === undefined ? [] : [{ kind, name: ref.name, namespace: ref.namespace ?? namespaceOf(from) }];
