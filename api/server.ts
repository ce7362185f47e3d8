// The API role: every OpenStack API under its path on one port, plus /healthz, /readyz and /metrics.
import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { ImageStore } from "../clients/image-store/image-store.ts";
import { KumulusError } from "../domain/errors.ts";
import { createCaches, type StartableCaches } from "../operator/cache/caches.ts";
import type { Log } from "../operator/contract.ts";
import { endConnectionsWhile } from "../operator/drain.ts";
import { createEventRecorder } from "../operator/events.ts";
import type { ApiClient } from "../operator/kube/client.ts";
import type { Metrics } from "../operator/metrics.ts";
import { persist } from "../operator/persist.ts";
import { createStopwatch } from "../operator/stopwatch.ts";
import { createApp } from "./http/app.ts";
import { httpMetrics } from "./http/metrics.ts";
import { PolicyBook } from "./http/policy-book.ts";
import type { Service } from "./http/route.ts";
import { createStores, type Stores } from "./http/store.ts";
import { ApplicationSecrets } from "./identity/application-secrets.ts";
import { Blobs } from "./identity/blobs.ts";
import { Catalog } from "./identity/catalog.ts";
import { authWorld } from "./identity/delegations.ts";
import { Receipts } from "./identity/factors.ts";
import { relyingParty } from "./identity/federation/relying-party.ts";
import { federationWorld } from "./identity/federation/world.ts";
import { TokenKeys, tokenKeysScope } from "./identity/keys.ts";
import { limitWorld } from "./identity/limit-world.ts";
import { Passwords } from "./identity/password.ts";
import { identityCatalog, identityService } from "./identity/service.ts";
import { watchSettings } from "./identity/settings.ts";
import { tokenPresenter } from "./identity/token-reply.ts";
import { Tokens } from "./identity/tokens.ts";
import { Passcodes } from "./identity/totp.ts";
import { identityWorld } from "./identity/world.ts";
import { removeOrphans } from "./image/orphans.ts";
import { imageWorld } from "./image/world.ts";
import { PolicyFiles, policyMetrics } from "./policy-files.ts";
import { openStackServices } from "./services.ts";

export type Listen = { readonly port: number; readonly host?: string } | { readonly fd: number } | { readonly path: string };

export interface ApiOptions {
  client: ApiClient;
  /** Not started yet: the API starts them once it has asked for its kinds. */
  caches: StartableCaches;
  imageStore: ImageStore;
  log: Log;
  metrics: Metrics;
  /** Port 0 takes a free one. `fd` is an inherited listening socket, `path` a unix socket. Several serve the same. */
  listen: Listen | readonly Listen[];
  /** Name of the one region; RegionOne unless said. */
  region?: string;
  /** 1 h unless said. */
  tokenLifetimeMs?: number;
  /** Aborts some seconds before `signal`: the API is no longer ready, but still answers, while balancers take it out. */
  draining?: AbortSignal;
  /** Ends the server: no new connections, running requests may end. */
  signal: AbortSignal;
}

export interface Api {
  /** Of the first socket: "http://127.0.0.1:8774"; "" for a unix socket or inherited one without an address. */
  readonly url: string;
  readonly services: readonly Service[];
  /** Resolves when the server has ended after `signal`. */
  readonly closed: Promise<void>;
}

const secondMs = 1000;
const hourMs = 60 * 60 * 1000;
const sweepMs = 10 * 60 * 1000;
/** A client that sends nothing for this long loses its connection; longer than usual proxies keep theirs. */
const keepAliveMs = 75_000;
/** Running requests get this long at the end. */
const drainMs = 8_000;

/** Identity and all others, with the catalog of all of them. Used by the meta-tests and the support tables as well. */
export function buildServices(
  {
    client,
    imageStore,
    log,
    region = "RegionOne",
    tokenLifetimeMs = hourMs,
  }: Omit<ApiOptions, "caches" | "metrics" | "listen" | "signal" | "draining">,
  stores: Stores,
) {
  const world = authWorld(identityWorld(stores), stores);
  const keys = new TokenKeys({ client, log, tokenLifetimeMs });
  const tokens = new Tokens(world, keys, { lifetimeMs: tokenLifetimeMs });
  const others = openStackServices({ stores, imageStore, log });
  const catalog = new Catalog([identityCatalog, ...others.flatMap((service) => service.catalog ?? [])], region, stores);
  const limits = limitWorld({ stores, world, catalog });
  const blobs = new Blobs(client);
  const settings = watchSettings({ caches: stores.caches, log, events: createEventRecorder(client, "kumulus-api", log) });
  const passwords = new Passwords({ client, users: world.users, settings, log });
  const identity = identityService({
    client,
    world,
    stores,
    limits,
    federation: federationWorld(stores, world),
    relyingParty: relyingParty(client, log),
    trustedDashboards: () => (settings().trusted_dashboard ?? "").split(/\s+/),
    tokens,
    catalog,
    passwords,
    blobs,
    present: tokenPresenter(catalog),
    checkPassword: (user, password) => passwords.check(user, password),
    isInactive: (user) => passwords.isInactive(user),
    receipts: new Receipts({ keys, world, lifetimeMs: () => settings().receipt_expiration * secondMs }),
    applicationSecrets: new ApplicationSecrets(client),
    passcodes: new Passcodes({ world, blobs, previousWindows: () => settings().included_previous_windows }),
    settings,
  });
  const services = [identity, ...others];
  return { services, tokens, keys, book: new PolicyBook(services) };
}

function every(periodMs: number, signal: AbortSignal, log: Log, what: string, work: () => Promise<unknown>): void {
  const run = () => void work().catch((error: unknown) => log.warn({ error }, `${what} failed; it is tried again`));
  const timer = setInterval(run, periodMs).unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

function listen(app: RequestListener, where: Listen): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 0, headersTimeout: 30_000, maxHeaderSize: 32 * 1024 }, app);
  server.on("checkContinue", app);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const ready = () => {
      server.off("error", reject);
      resolve(server);
    };
    if ("port" in where) server.listen(where.port, where.host ?? "127.0.0.1", 1024, ready);
    else server.listen(where, ready);
  });
}

function urlOf(server: HttpServer): string {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") return "";
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}

function closing(server: HttpServer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      server.close(() => resolve());
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), drainMs).unref();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Resolves once it serves: caches in sync, token keys there, socket open. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { caches, client, imageStore, log, metrics, signal, draining } = options;
  const stores = createStores(client, caches);
  const { services, tokens, keys, book } = buildServices(options, stores);
  const events = createEventRecorder(client, "kumulus-api", log);
  const policies = new PolicyFiles({ caches, client, book, events, log, valid: policyMetrics(metrics.registry) });
  metrics.caches(() => caches.report());
  const serving = { authenticator: tokens, log, metrics: httpMetrics(metrics.registry), policyOf: (service: Service) => book.of(service) };
  const app = createApp(services, serving, (others) => {
    others.get("/healthz", (_request, response) => {
      response.status(caches.synced ? 200 : 503).send(caches.synced ? "ok" : "caches are not in sync");
    });
    others.get("/readyz", (_request, response) => {
      const reason = draining?.aborted ? "ending" : caches.synced ? undefined : "caches are not in sync";
      response.status(reason === undefined ? 200 : 503).send(reason ?? "ok");
    });
    others.get("/metrics", async (_request, response) => {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    });
  });
  const keyCaches = createCaches(client, { log, scopes: [tokenKeysScope] });
  keys.follow(keyCaches);
  await Promise.all([
    caches.start(signal),
    keyCaches.start(signal),
    persist(() => keys.load(), { what: "reading the token keys", log, signal }),
    ...services.map(({ name, prepare = async () => undefined }) => persist(prepare, { what: `preparing ${name}`, log, signal })),
  ]);
  if (signal.aborted) throw new KumulusError("Unavailable", "The API was stopped while it started.");
  await policies.start();
  const sweep = () =>
    tokens.sweep().catch((error: unknown) => log.warn({ error }, "ended revocations were not removed; it is tried again"));
  void sweep();
  every(sweepMs, signal, log, "removing ended revocations", sweep);
  every(sweepMs, signal, log, "looking at the token keys", () => keys.load());
  const unused = createStopwatch();
  every(hourMs, signal, log, "looking for orphaned image bytes", () => removeOrphans(imageWorld(stores, imageStore), log, unused));
  const servers = await Promise.all([options.listen].flat().map((where) => listen(app, where)));
  if (draining) for (const server of servers) endConnectionsWhile(draining, server);
  const [url = ""] = servers.map(urlOf);
  log.info({ url, services: services.map(({ name }) => name) }, "the API serves");
  return { url, services, closed: Promise.all(servers.map((server) => closing(server, signal))).then(() => undefined) };
}
