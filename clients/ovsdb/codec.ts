// OVSDB values (RFC 7047 section 5.1) to plain JavaScript values and back, led by the column's type.
import { KumulusError } from "../../domain/errors.ts";

export type AtomType = "integer" | "real" | "boolean" | "string" | "uuid";

/** A column's type; `value` is there for maps only. `max` is Infinity for "unlimited". */
export interface ColumnType {
  readonly key: AtomType;
  readonly value?: AtomType;
  readonly min: number;
  readonly max: number;
}

/** Stands for the UUID of a row that an `insert` of the same transaction names. */
export interface NamedUuid {
  readonly named: string;
}

export type Atom = string | number | boolean | NamedUuid;

/**
 * Plain form of a column: an atom for scalars, an atom or undefined for optional columns (at most one element), a sorted array for sets, an
 * object for maps. UUIDs are plain strings.
 */
export type Value = Atom | readonly Atom[] | Readonly<Record<string, Atom>>;

/** Columns of one row; an optional column without a value is absent. */
export interface Row {
  readonly [column: string]: Value | undefined;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const namedUuid = (name: string): NamedUuid => ({ named: name });

const isScalar = (type: ColumnType): boolean => type.value === undefined && type.min === 1 && type.max === 1;
const isList = (value: Value): value is readonly Atom[] => Array.isArray(value);
const isNamed = (value: Value): value is NamedUuid => typeof value === "object" && !isList(value) && typeof value.named === "string";

function bad(what: string): KumulusError {
  return new KumulusError("Invalid", `Not an OVSDB value: ${what}`, { reason: "syntax error" });
}

/**
 * What the database can hold of a text. On a zero byte or half a surrogate pair ovsdb-server drops the connection and with it every transaction
 * under way, so one tenant's odd name would stop the network for all; U+FFFD stands in for them.
 */
function storable<T extends Atom>(atom: T): T | string {
  if (typeof atom !== "string" || (atom.isWellFormed() && !atom.includes("\0"))) return atom;
  return atom.toWellFormed().replaceAll("\0", "\ufffd");
}

function encodeAtom(type: AtomType, atom: Atom): Json {
  if (type === "uuid") {
    if (typeof atom === "string") return ["uuid", atom];
    if (typeof atom === "object") return ["named-uuid", atom.named];
  } else if (typeof atom === (type === "integer" || type === "real" ? "number" : type)) {
    return storable(atom as string | number | boolean);
  }
  throw bad(`${JSON.stringify(atom)} for ${type}`);
}

function decodeAtom(type: AtomType, json: Json | undefined): Atom {
  if (type === "uuid") {
    if (Array.isArray(json) && json[0] === "uuid" && typeof json[1] === "string") return json[1];
  } else if (typeof json === (type === "integer" || type === "real" ? "number" : type)) {
    return json as string | number | boolean;
  }
  throw bad(`${JSON.stringify(json)} for ${type}`);
}

/** A map's keys are strings in JavaScript whatever their type is in the database. */
function keyAtom(type: AtomType, key: string): Atom {
  if (type === "integer" || type === "real") return Number(key);
  return type === "boolean" ? key === "true" : key;
}

/** Wire form of a column's value. An array given for a map column stands for a set of keys (what `mutate … delete` takes). */
export function encodeValue(type: ColumnType, value: Value | undefined): Json {
  if (type.value !== undefined && value !== undefined && typeof value === "object" && !isList(value)) {
    const valueType = type.value;
    const pairs = Object.entries(value as Record<string, Atom>);
    return ["map", pairs.map(([key, atom]) => [encodeAtom(type.key, keyAtom(type.key, key)), encodeAtom(valueType, atom)])];
  }
  if (value === undefined) return [type.value === undefined ? "set" : "map", []];
  if (isList(value)) return ["set", value.map((atom) => encodeAtom(type.key, atom))];
  if (typeof value === "object" && !isNamed(value)) throw bad(`${JSON.stringify(value)} for a set`);
  const atom = encodeAtom(type.key, value as Atom);
  return isScalar(type) || type.max === 1 ? atom : ["set", [atom]];
}

/** The elements of a datum: RFC 7047 allows a bare atom for a set of one. */
function elements(json: Json | undefined): readonly Json[] {
  if (Array.isArray(json) && json[0] === "set" && Array.isArray(json[1])) return json[1] as Json[];
  return json === undefined ? [] : [json];
}

function decodeMap(type: ColumnType, json: Json | undefined): Record<string, Atom> {
  if (!Array.isArray(json) || json[0] !== "map" || !Array.isArray(json[1])) throw bad(`${JSON.stringify(json)} for a map`);
  return Object.fromEntries(
    (json[1] as Json[][]).map(([key, value]) => [String(decodeAtom(type.key, key)), decodeAtom(type.value ?? "string", value)]),
  );
}

/** Plain form of a wire value; the inverse of `encodeValue` for canonical values. */
export function decodeValue(type: ColumnType, json: Json): Value | undefined {
  if (type.value !== undefined) return canonicalValue(type, decodeMap(type, json));
  const atoms = elements(json).map((element) => decodeAtom(type.key, element));
  if (type.max > 1) return canonicalValue(type, atoms);
  if (atoms.length === 0 && type.min > 0) throw bad("an empty set for a scalar");
  return atoms[0];
}

function compareAtoms(a: Atom, b: Atom): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Sets sorted and without duplicates, maps with sorted keys: equal values have equal JSON. */
export function canonicalValue(type: ColumnType, value: Value | undefined): Value | undefined {
  if (type.value !== undefined) {
    const entries = Object.entries((value ?? {}) as Record<string, Atom>);
    const held = entries.map(([key, atom]): [string, Atom] => [storable(key), storable(atom)]);
    return Object.fromEntries(held.sort(([a], [b]) => compareAtoms(a, b)));
  }
  const list = (value === undefined ? [] : isList(value) ? value : [value as Atom]).map(storable);
  if (type.max === 1) return list[0];
  return [...new Set(list)].sort(compareAtoms);
}

export function sameValue(type: ColumnType, a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(canonicalValue(type, a)) === JSON.stringify(canonicalValue(type, b));
}

const zero: Record<AtomType, Atom> = { integer: 0, real: 0, boolean: false, string: "", uuid: "00000000-0000-0000-0000-000000000000" };

/** What the database stores when an insert leaves the column out. */
export function defaultValue(type: ColumnType): Value | undefined {
  if (type.value !== undefined) return {};
  if (type.max > 1) return type.min === 0 ? [] : [zero[type.key]];
  return type.min === 0 ? undefined : zero[type.key];
}

/**
 * A column after an `update2` diff (ovsdb-server(7), "Update Notification 2"): the new value where at most one element fits; else sets change
 * by symmetric difference, and a map's pair deletes its equal, replaces its key or is new.
 */
export function applyDiff(type: ColumnType, old: Value | undefined, diff: Value | undefined): Value | undefined {
  if (type.max === 1) return diff;
  if (type.value === undefined) {
    const result = new Set((old ?? []) as readonly Atom[]);
    for (const atom of (diff ?? []) as readonly Atom[]) if (!result.delete(atom)) result.add(atom);
    return canonicalValue(type, [...result]);
  }
  const result = new Map(Object.entries((old ?? {}) as Record<string, Atom>));
  for (const [key, atom] of Object.entries((diff ?? {}) as Record<string, Atom>)) {
    if (result.get(key) === atom) result.delete(key);
    else result.set(key, atom);
  }
  return canonicalValue(type, Object.fromEntries(result));
}
