// Where an object came from: the request that made it, in annotations, so that its reconciles can be joined to it in logs and traces.
import { AsyncLocalStorage } from "node:async_hooks";
import type { KubeObject } from "../models/kind.ts";
import { tracing } from "./tracing.ts";

const requestAnnotation = "kumulus.cloud/request-id";
const traceAnnotation = "kumulus.cloud/traceparent";
/** Reconciles of older objects are traces of their own: what they do has other causes. */
const youngMs = 10 * 60_000;

const request = new AsyncLocalStorage<string>();

/** What `work` makes says that this request made it. */
export const inRequest = <T>(id: string, work: () => T): T => request.run(id, work);

/** The object with the request around the caller, and with its trace where one is recorded. */
export function withOrigin<T extends KubeObject>(object: T): T {
  const id = request.getStore();
  if (id === undefined) return object;
  const traceparent = tracing().traceparent();
  const origin = { [requestAnnotation]: id, ...(traceparent !== undefined && { [traceAnnotation]: traceparent }) };
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...origin } } };
}

/** Of the API, such as `req-…`: the field of its log too. */
export const requestOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[requestAnnotation];

/** The trace that reconciles of a young object go on from. */
export function traceOf({ metadata }: KubeObject, now = Date.now()): string | undefined {
  const age = now - Date.parse(metadata.creationTimestamp ?? "");
  return age < youngMs ? metadata.annotations?.[traceAnnotation] : undefined;
}
