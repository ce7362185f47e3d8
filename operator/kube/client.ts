// Verbs on the API server (KubeClient), and the two reads that informers need: one page of a list, and a watch.
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { KubeClient, ListOptions, ObjectKey, WriteOptions } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { apiVersionOf, collectionPath, objectPath, type Query, withQuery } from "./path.ts";
import { type Answer, type Exchange, exchange, type OnRequest } from "./transport.ts";

export interface ClientOptions {
  /** Field manager of writes that name none. */
  fieldManager?: string;
  onRequest?: OnRequest;
}

/** A KubeClient that caches can be built on. */
export interface ApiClient extends KubeClient {
  readonly connection: Connection;
  /** One exchange, answered with the parsed JSON. */
  exchange(request: Exchange): Promise<Answer>;
}

type DeleteOptions = NonNullable<Parameters<KubeClient["delete"]>[2]>;

const pageSize = 500;

function writeQuery(options: WriteOptions | undefined, fallback: string): Query {
  return { fieldManager: options?.fieldManager ?? fallback, fieldValidation: options?.strict ? "Strict" : undefined };
}

function identified<T extends KubeObject>(kind: Kind<T>, object: T): T {
  return object.apiVersion && object.kind ? object : { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
}

async function listAll<T extends KubeObject>(client: ApiClient, kind: Kind<T>, options: ListOptions): Promise<T[]> {
  const { namespace, ...selectors } = options;
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const path = withQuery(collectionPath(kind, namespace), { ...selectors, limit: pageSize, continue: cursor });
    const page = (await client.exchange({ method: "GET", path })).body as { items: T[]; metadata: { continue?: string } };
    for (const item of page.items) items.push(identified(kind, item));
    cursor = page.metadata.continue;
  } while (cursor);
  return items;
}

const clashRetries = 8;
const clashPauseMs = 20;

/** A create that conflicts with something else than its own name clashed inside the API server, on the counter of a quota: it goes through later. */
async function overClashes<T>(create: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (!isCode(error, "Conflict") || error.reason !== "Conflict" || attempt > clashRetries) throw error;
      await sleep(clashPauseMs * attempt * Math.random());
    }
  }
}

/** `fieldManager` defaults to `kumulus`. */
export function kubeClient(connection: Connection, options: ClientOptions = {}): ApiClient {
  const manager = options.fieldManager ?? "kumulus";
  const onRequest = options.onRequest ?? (() => undefined);
  const send = (request: Exchange) => exchange(connection, request, onRequest);
  const object = async <T>(method: string, path: string, body?: unknown, contentType?: string) =>
    (await send({ method, path, ...(body !== undefined && { body }), ...(contentType && { contentType }) })).body as T;

  const client: ApiClient = {
    connection,
    exchange: send,
    get: (kind, key) => object("GET", objectPath(kind, key)),
    list: (kind, list = {}) => listAll(client, kind, list),
    create: (kind, body, write) =>
      overClashes(() =>
        object("POST", withQuery(collectionPath(kind, body.metadata.namespace), writeQuery(write, manager)), identified(kind, body)),
      ),
    replace: (kind, body, write) =>
      object("PUT", withQuery(objectPath(kind, body.metadata, write?.subresource), writeQuery(write, manager)), identified(kind, body)),
    apply: (kind, body, write) => {
      const path = withQuery(objectPath(kind, body.metadata, write.subresource), { ...writeQuery(write, manager), force: true });
      return object("PATCH", path, identified(kind, body), "application/apply-patch+yaml");
    },
    patch: (kind, key, patch, write) => {
      const type = Array.isArray(patch) ? "application/json-patch+json" : "application/merge-patch+json";
      return object("PATCH", withQuery(objectPath(kind, key, write?.subresource), writeQuery(write, manager)), patch, type);
    },
    async delete<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, { uid, propagation = "Background" }: DeleteOptions = {}) {
      const body = { propagationPolicy: propagation, ...(uid !== undefined && { preconditions: { uid } }) };
      try {
        const left = await object<T>("DELETE", objectPath(kind, key), body);
        return left.kind === "Status" ? undefined : left;
      } catch (error) {
        if ((error as { code?: string }).code === "NotFound") return undefined;
        throw error;
      }
    },
    request: (method, path, body, { timeoutMs } = {}) =>
      send({ method, path, ...(body !== undefined && { body }), ...(timeoutMs !== undefined && { timeoutMs }) }),
  };
  return client;
}
