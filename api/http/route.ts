// How routes and services are described: data that the pipeline, the meta-test and the API support tables read.
import type { Readable } from "node:stream";
import type { Static, TSchema } from "typebox";
import type { Right } from "../../domain/rights.ts";
import type { FaultFormat } from "./faults.ts";
import type { MicroversionRange } from "./microversion.ts";
import type { PolicyTable } from "./policy.ts";
import type { ApiRequest } from "./request.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "COPY";

/** Policy of a route that needs no token. */
export const publicRule = "public";

export interface Reply {
  /** The route's `status` when absent. */
  readonly status?: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Bytes instead of `body`: a text, or a stream that ends. Its content-type is in `headers`. */
  readonly content?: string | Buffer | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `{ id: string; key: string }` of "/servers/:id/metadata/:key". */
export type ParamsOf<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [K in Name]: string } & ParamsOf<Rest>
  : P extends `${string}:${infer Name}`
    ? { readonly [K in Name]: string }
    : Readonly<Record<never, never>>;

export type RawQuery = Readonly<Record<string, string | readonly string[]>>;
type Value<S, Otherwise> = S extends TSchema ? Static<S> : Otherwise;

interface RouteBase {
  readonly method: Method;
  /** Name of a rule in the service's policy table, or `publicRule`. */
  readonly policy: string;
  /** Status of a reply that names none; 200 unless said. */
  readonly status?: number;
  /** First and last minor microversion (47 is 2.47, or 3.47 for volumes) in which the route is there. */
  readonly since?: number;
  readonly until?: number;
  /**
   * For "POST …/action" resources: the key of the body that this route serves, such as `os-start`. `body` then describes the whole body, key
   * included. Routes of one path differ in it.
   */
  readonly action?: string;
  /** Schema of the reply's body: tests check replies against it. */
  readonly response?: TSchema;
  /** Largest JSON body; 1 MiB unless said. */
  readonly bodyLimitBytes?: number;
  /** Content types of the body; JSON unless said. */
  readonly mediaTypes?: readonly string[];
  /** The handler reads `request.stream` itself; nothing is parsed and no limit holds. */
  readonly rawBody?: boolean;
}

export interface RouteDefinition<P extends string, Q, B> extends RouteBase {
  /** Relative to the service's mount: "/v2.1/servers/:id". A parameter is one whole segment. A static segment beats a parameter. */
  readonly path: P;
  /** Values arrive as text: the schema's types are coerced ("5" → 5), a repeated key is an array. */
  readonly query?: Q;
  readonly body?: B;
  handle(request: ApiRequest<ParamsOf<P>, Value<Q, RawQuery>, Value<B, undefined>>): Reply | Promise<Reply>;
}

/** A route with its types forgotten. */
export interface Route extends RouteBase {
  readonly path: string;
  readonly query?: TSchema;
  readonly body?: TSchema;
  handle(request: ApiRequest): Reply | Promise<Reply>;
}

/** Ties the types of params, query and body to the handler. */
export function route<const P extends string, Q = undefined, B = undefined>(definition: RouteDefinition<P, Q, B>): Route {
  return definition as unknown as Route;
}

/** Whether a route is only there to answer 501: by convention its rule is named so. It takes any body, and counts as not there. */
export const isPlaceholder = ({ policy }: Pick<Route, "policy">): boolean => /not[-_]implemented$/.test(policy);

/** One OpenStack API. */
export interface Service {
  /** Project name for people and metrics: "nova". */
  readonly name: string;
  /** First path segment: "/compute". */
  readonly mount: string;
  readonly faults: FaultFormat;
  readonly policies: PolicyTable;
  readonly routes: readonly Route[];
  readonly microversions?: MicroversionRange;
  /** A second header that carries the request id: "x-compute-request-id". */
  readonly requestIdHeader?: string;
  /** Its entry in the catalog. `path` is below the origin that the client used; `$(project_id)s` in it becomes the token's project. */
  readonly catalog?: { readonly type: string; readonly name: string; readonly path: string };
  /** What its handlers ask of the API server besides the caches of their kinds. */
  readonly rights?: readonly Right[];
  /** What must be done before it serves. */
  readonly prepare?: () => Promise<unknown>;
  /** The list of this API's known routes in hack/generate/api-routes/, without ".txt". */
  readonly reference?: string;
}
