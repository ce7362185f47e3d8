// Schemas and checks that the identity resources share.
import { type TSchema, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { ApiRequest } from "../http/request.ts";
import { found } from "./collection.ts";
import type { IdentityWorld } from "./world.ts";

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const text = Type.String({ maxLength: 255 });
/** At least one character that shows. */
export const nameOf = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
export const id = Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._-]+$" });
export const description = Type.Optional(nullable(text));
export const enabled = Type.Optional(Type.Boolean());
export const options = Type.Optional(Type.Object({ immutable: Type.Optional(nullable(Type.Boolean())) }, { additionalProperties: false }));

/** Without what is undefined. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** The spec with what a PATCH names: null takes a field away, undefined leaves it. */
export function patched<S extends object>(spec: S, values: { [K in keyof S]?: S[K] | null | undefined }): S {
  const merged = { ...spec, ...defined(values) } as Record<string, unknown>;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as S;
}

/** Of something that has not got one in its body: the token's own, or that of the token's project. */
export async function domainFor(world: IdentityWorld, request: ApiRequest, named: string | null | undefined): Promise<Domain> {
  const wanted = named ?? request.auth.domainId ?? request.auth.project?.domainId ?? "default";
  return found(await world.domains.byId(wanted), "domain", wanted);
}

/** The id behind `domainFor`, for policies: nothing is looked up. */
export const domainIdFor = (request: ApiRequest, named: string | null | undefined): string | undefined =>
  named ?? request.auth.domainId ?? request.auth.project?.domainId;

/** Conflict (409) when another object than `self` has the name. */
export function requireFree(kind: string, name: string, other: KubeObject | undefined, self?: KubeObject): void {
  if (!other || other.metadata.uid === self?.metadata.uid) return;
  const message = `Conflict occurred attempting to store ${kind} - Duplicate entry found with name ${name}.`;
  throw new KumulusError("Conflict", message);
}

interface Guarded extends KubeObject {
  spec: { immutable?: boolean };
}

export const viewOptions = ({ spec }: Guarded) => (spec.immutable === undefined ? {} : { immutable: spec.immutable });

const immutable = (verb: string, kind: string, object: Guarded) =>
  new KumulusError(
    "Forbidden",
    `Unable to ${verb} immutable ${kind} resource: \`${idOf(object)}. Set resource option 'immutable' to false first.`,
  );

export function requireDeletable(kind: string, object: Guarded): void {
  if (object.spec.immutable) throw immutable("delete", kind, object);
}

/** An immutable object takes only the change that ends this, and nothing else with it. */
export function requireChangeable(kind: string, object: Guarded, input: { options?: { immutable?: boolean | null } }): void {
  if (!object.spec.immutable) return;
  const wanted = input.options?.immutable;
  if (Object.keys(input).length > 1 || wanted === undefined || wanted === true) throw immutable("update", kind, object);
}
