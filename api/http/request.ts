// What a handler sees of one request.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { KumulusError } from "../../domain/errors.ts";
import type { Log } from "../../operator/contract.ts";
import { type Auth, anonymous, type ProjectScope, projectOf } from "./auth.ts";
import { originOf } from "./links.ts";
import type { Policy, PolicyTarget } from "./policy.ts";
import { publicRule, type RawQuery, type Service } from "./route.ts";

type Params = Readonly<Record<string, string>>;

/** `Query` and `Body` have passed the route's schemas. */
export interface ApiRequest<P = Params, Query = RawQuery, Body = unknown> {
  /** `req-<uuid>`. */
  readonly id: string;
  readonly method: string;
  /** Below the service's mount, without the query. */
  readonly path: string;
  readonly params: P;
  readonly query: Query;
  readonly body: Body;
  readonly headers: IncomingHttpHeaders;
  /** The raw token, "" without one. */
  readonly token: string;
  readonly auth: Auth;
  /** The token's project; Forbidden when it has none. */
  readonly project: ProjectScope;
  /** Negotiated minor: 47 for compute 2.47. 0 for services without microversions. */
  readonly microversion: number;
  /** Name of the route's rule. */
  readonly rule: string;
  /** "http://cloud:8000": what the client used. */
  readonly origin: string;
  /** Path with the query as it was sent, without origin: for `next` links. */
  readonly rawQuery: string;
  /** The body of a `rawBody` route. */
  readonly stream: Readable;
  readonly log: Log;
  /** Absolute URL of a path below the service's mount. */
  url(path: string): string;
  /** Whether the token fulfils a rule of the service's table. `target`: attributes of what is acted on, by the names in the rule's `%(…)s`. */
  allows(rule: string, target?: PolicyTarget): boolean;
  /** Forbidden, in the service's words, unless the token fulfils the rule. */
  require(rule: string, target?: PolicyTarget): void;
  /** `require` of the route's own rule, once it is known what the request acts on. */
  permit(target: PolicyTarget): void;
}

/** Built once per request by the pipeline, which fills in what it finds. */
export class RequestContext implements ApiRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  readonly stream: IncomingMessage;
  readonly service: Service;
  readonly policy: Policy;
  params: Params = {};
  query: RawQuery = {};
  body: unknown = undefined;
  token = "";
  auth: Auth = anonymous;
  rule = publicRule;
  microversion = 0;
  readonly #log: Log;
  #child: Log | undefined;
  #origin: string | undefined;

  constructor(id: string, message: IncomingMessage, path: string, rawQuery: string, service: Service, policy: Policy, log: Log) {
    this.id = id;
    this.method = message.method ?? "GET";
    this.path = path;
    this.rawQuery = rawQuery;
    this.headers = message.headers;
    this.stream = message;
    this.service = service;
    this.policy = policy;
    this.#log = log;
  }

  get project(): ProjectScope {
    return projectOf(this.auth);
  }

  get log(): Log {
    this.#child ??= this.#log.child({ requestId: this.id });
    return this.#child;
  }

  get origin(): string {
    const { socket } = this.stream;
    this.#origin ??= originOf(this.headers, "encrypted" in socket, `${socket.localAddress ?? "localhost"}:${socket.localPort ?? 80}`);
    return this.#origin;
  }

  url(path: string): string {
    return `${this.origin}${this.service.mount}${path}`;
  }

  allows(rule: string, target?: PolicyTarget): boolean {
    return this.policy.allows(rule, this.auth, target);
  }

  require(rule: string, target?: PolicyTarget): void {
    if (!this.allows(rule, target)) throw new KumulusError("Forbidden", this.service.faults.forbidden(rule));
  }

  permit(target: PolicyTarget): void {
    this.require(this.rule, target);
  }
}
