// One service as a request handler. For every route, in this order: request id, path, microversion, token, body, schemas, policy, handler, answer.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { KumulusError } from "../../domain/errors.ts";
import type { Log } from "../../operator/contract.ts";
import { inRequest } from "../../operator/origin.ts";
import { tracing } from "../../operator/tracing.ts";
import type { Authenticator } from "./auth.ts";
import { invite, readJSON } from "./body.ts";
import { faultOf, keystoneFaults } from "./faults.ts";
import type { HttpMetrics } from "./metrics.ts";
import { echoHeaders, negotiate } from "./microversion.ts";
import { Policy } from "./policy.ts";
import { parseQuery } from "./query.ts";
import { RequestContext } from "./request.ts";
import { sendFault, sendReply } from "./respond.ts";
import { publicRule, type Route, type Service } from "./route.ts";
import { type Lookup, Router } from "./router.ts";
import { candidates, type PreparedRoute, routeOfAction } from "./selection.ts";
import { bodyChecker, queryChecker } from "./validation.ts";

export interface PipelineOptions {
  authenticator: Authenticator;
  log: Log;
  metrics: HttpMetrics;
  /** The rules that hold now; those of the service's table unless said. Asked once a request. */
  policyOf?(service: Service): Policy;
}

export type Handler = (message: IncomingMessage, response: ServerResponse) => void;

/** Mutable headers of the answer, faults included. */
type Headers = Record<string, string | number>;

const unknownRoute = "unknown";
const globalId = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function prepared(route: Route): PreparedRoute {
  const checkQuery = route.query && queryChecker(route.query);
  const checkBody = route.body && bodyChecker(route.body);
  return { ...route, handle: route.handle.bind(route), checkQuery, checkBody };
}

class Pipeline {
  readonly #service: Service;
  readonly #options: PipelineOptions;
  readonly #router: Router<PreparedRoute>;
  readonly #policy: () => Policy;

  constructor(service: Service, options: PipelineOptions) {
    this.#service = service;
    this.#options = options;
    this.#router = new Router(service.routes.map(prepared));
    const { policyOf } = options;
    const usual = new Policy(service.policies);
    this.#policy = policyOf ? () => policyOf(service) : () => usual;
  }

  /** `url` is below the mount. */
  async serve(message: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    const started = performance.now();
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const context = new RequestContext(
      `req-${randomUUID()}`,
      message,
      path,
      mark < 0 ? "" : url.slice(mark + 1),
      this.#service,
      this.#policy(),
      this.#options.log,
    );
    const headers: Headers = { "x-openstack-request-id": context.id };
    if (this.#service.requestIdHeader) headers[this.#service.requestIdHeader] = context.id;
    const { name } = this.#service;
    const attributes = { "http.request.method": context.method, "url.path": path, "openstack.request_id": context.id };
    const parent = context.headers.traceparent;
    const options = { kind: "server", attributes, ...(typeof parent === "string" && { parent }) } as const;
    await inRequest(context.id, () =>
      tracing().span(`${name} ${context.method}`, options, async (annotate) => {
        const template = await this.#exchange(context, path, headers, response);
        annotate({ "http.route": template, "http.response.status_code": response.statusCode });
        this.#record(context, template, response, performance.now() - started);
      }),
    );
  }

  /** Never rejects. Resolves with the route's template. */
  async #exchange(context: RequestContext, path: string, headers: Headers, response: ServerResponse): Promise<string> {
    this.#options.metrics.inFlight.inc();
    let template = unknownRoute;
    try {
      const lookup = this.#router.lookup(context.method, path);
      template = "match" in lookup ? (lookup.match.routes[0]?.path ?? unknownRoute) : unknownRoute;
      const { route, reply } = await this.#answer(context, lookup, headers, response);
      await sendReply(context.stream, response, reply, reply.status ?? route.status ?? 200, headers);
    } catch (error) {
      this.#fail(error, context, headers, response);
    } finally {
      this.#options.metrics.inFlight.dec();
    }
    return template;
  }

  async #answer(context: RequestContext, lookup: Lookup<PreparedRoute>, headers: Headers, response: ServerResponse) {
    const known = "match" in lookup ? lookup.match : undefined;
    const open = known?.routes.every(({ policy }) => policy === publicRule) ?? false;
    if (known) context.params = known.params;
    this.#negotiate(context, headers, open);
    if (!open) await this.#authenticate(context);
    const routes = candidates(lookup, context.microversion);
    const first = routes[0] as PreparedRoute;
    context.query = parseQuery(context.rawQuery);
    const route = first.action === undefined ? first : await this.#readAction(context, routes, response);
    if (first.action === undefined) await this.#readBody(context, route, response);
    context.rule = route.policy;
    if (route.policy !== publicRule) context.require(route.policy);
    route.checkQuery?.(context.query);
    route.checkBody?.(context.body);
    return { route, reply: await route.handle(context) };
  }

  /** Version documents are for clients that do not know the range yet: they get an answer whatever they ask for. */
  #negotiate(context: RequestContext, headers: Headers, lenient: boolean): void {
    const range = this.#service.microversions;
    if (!range) return;
    try {
      context.microversion = negotiate(range, context.headers);
    } catch (error) {
      if (!lenient) throw error;
      context.microversion = range.min;
    }
    Object.assign(headers, echoHeaders(range, context.microversion));
  }

  async #authenticate(context: RequestContext): Promise<void> {
    const token = context.headers["x-auth-token"];
    if (typeof token !== "string" || token === "") {
      throw new KumulusError("Unauthorized", "The request you have made requires authentication.");
    }
    context.token = token;
    const auth = this.#options.authenticator.authenticate(token);
    context.auth = context.policy.judged(auth instanceof Promise ? await auth : auth);
    this.#limit(context);
  }

  /** Access rules: every token may still be shown, so that services can check it (Identity API v3, "Application credentials"). */
  #limit({ auth, method, path }: RequestContext): void {
    const service = this.#service.catalog?.type ?? "";
    if (!auth.mayAccess || (service === "identity" && method === "GET" && path === "/v3/auth/tokens")) return;
    if (auth.mayAccess({ service, method, path })) return;
    throw new KumulusError("Forbidden", "The access rules of the application credential do not let this request through.");
  }

  async #readBody(context: RequestContext, route: PreparedRoute, response: ServerResponse): Promise<void> {
    if (route.rawBody) return invite(context.stream, response);
    if (!route.body) return;
    context.body = await readJSON(context.stream, response, route);
    if (context.body === undefined) throw new KumulusError("Invalid", "Malformed request body: it is empty.");
  }

  async #readAction(context: RequestContext, routes: readonly PreparedRoute[], response: ServerResponse): Promise<PreparedRoute> {
    context.body = await readJSON(context.stream, response, {});
    return routeOfAction(routes, context.body);
  }

  #fail(error: unknown, context: RequestContext, headers: Headers, response: ServerResponse): void {
    const { stream: message } = context;
    const { faults } = this.#service;
    const fault = faultOf(error, faults);
    if (!fault && !message.destroyed && !response.destroyed) {
      context.log.error({ error, method: context.method, path: context.path }, "a request failed");
    }
    const told = fault ?? { status: 500, message: "An unexpected error happened while the request was served." };
    if (told.status === 401) headers["WWW-Authenticate"] = `Keystone uri="${context.origin}/identity"`;
    /** Every service's 401 comes from keystonemiddleware, in Keystone's words. */
    const format = told.status === 401 ? keystoneFaults : faults;
    sendFault(message, response, told.status, format.render(told, context.headers.accept), headers);
  }

  #record(context: RequestContext, route: string, response: ServerResponse, durationMs: number): void {
    const { name } = this.#service;
    const { statusCode: status } = response;
    this.#options.metrics.observe(name, context.method, route, status, durationMs / 1000);
    const given = context.headers["x-openstack-request-id"];
    this.#options.log.info(
      {
        requestId: context.id,
        ...(typeof given === "string" && globalId.test(given) && { globalRequestId: given }),
        service: name,
        method: context.method,
        path: context.path,
        route,
        status,
        durationMs: Math.round(durationMs * 100) / 100,
        userId: context.auth.userId,
        projectId: context.auth.project?.id,
        client: context.stream.socket.remoteAddress,
      },
      "request",
    );
  }
}

/** Handler of the requests below the service's mount; `message.url` starts behind it, as Express leaves it. */
export function serviceHandler(service: Service, options: PipelineOptions): Handler {
  const pipeline = new Pipeline(service, options);
  return (message, response) => void pipeline.serve(message, response, message.url ?? "/");
}
