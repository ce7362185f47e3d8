// Keystone v3 /domains/{domain}/config: kept in a Secret of the domain. Kumulus keeps all users itself and acts on none of it.
import { Type } from "typebox";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import {
  type DomainConfig,
  defaultDomainConfig,
  mergedConfig,
  partOf,
  requireConfig,
  shownConfig,
  withoutPart,
} from "../../domain/identity/domain-config.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { found } from "./collection.ts";
import { ownedSecret } from "./owned-secret.ts";
import type { IdentityWorld } from "./world.ts";

const optionValue = Type.Union([Type.String({ maxLength: 4096 }), Type.Number(), Type.Boolean(), Type.Null()]);
const wholeBody = Type.Object({ config: Type.Record(Type.String(), Type.Record(Type.String(), optionValue)) });
const optionBody = Type.Object({ config: Type.Record(Type.String(), optionValue) });

const key = "config.json";

/** The Secret of one domain. */
class ConfigStore {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  #place = ({ metadata }: Domain) => ({ name: `domain-config-${metadata.name}`, namespace: systemNamespace });

  async read(domain: Domain): Promise<DomainConfig> {
    try {
      const { data } = await this.#client.get(Secret, this.#place(domain));
      return JSON.parse(Buffer.from(data?.[key] ?? "", "base64").toString() || "{}") as DomainConfig;
    } catch (error) {
      if (isCode(error, "NotFound")) return {};
      throw error;
    }
  }

  async write(domain: Domain, config: DomainConfig): Promise<void> {
    const secret = ownedSecret(this.#place(domain), domain, { [key]: JSON.stringify(config) });
    try {
      await this.#client.create(Secret, secret);
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
      await this.#client.patch(Secret, secret.metadata, { data: secret.data });
    }
  }
}

const policy = {
  get: "identity:get_domain_config",
  default: "identity:get_domain_config_default",
  create: "identity:create_domain_config",
  update: "identity:update_domain_config",
  delete: "identity:delete_domain_config",
};

type PathRequest = ApiRequest<Readonly<Record<string, string>>>;

/** `/:group` and `/:group/:option` behind a path, and the path itself. */
const depths = ["", "/:group", "/:group/:option"] as const;

function defaultRoutes(): Route[] {
  return depths.map((depth) =>
    route({
      method: "GET",
      path: `/v3/domains/config${depth}/default`,
      policy: policy.default,
      handle: ({ params: { group, option } }: PathRequest) => ({ body: { config: partOf(defaultDomainConfig, group, option) } }),
    }),
  );
}

/** The body of a PATCH as a whole configuration, whatever its path names. */
function changeOf({ params: { group, option }, body }: PathRequest): DomainConfig {
  const { config } = body as { config: DomainConfig };
  const change = option === undefined ? config : { [group ?? ""]: config as unknown as DomainConfig[string] };
  const names = option === undefined ? Object.keys(config) : Object.keys(change[group ?? ""] ?? {});
  const wanted = option ?? group;
  if (wanted !== undefined && (names.length !== 1 || names[0] !== wanted)) {
    throw new KumulusError("Forbidden", `Invalid domain specific configuration: the request's body must have ${wanted} alone.`);
  }
  requireConfig(change);
  return change;
}

export function domainConfigRoutes(world: IdentityWorld, client: KubeClient): Route[] {
  const store = new ConfigStore(client);
  const domainOf = async (id: string) => found(await world.domains.byId(id), "domain", id);
  const base = "/v3/domains/:id/config";
  const partRoutes = depths.flatMap((depth) => [
    route({
      method: "GET",
      path: `${base}${depth}`,
      policy: policy.get,
      async handle({ params: { id = "", group, option } }: PathRequest) {
        return { body: { config: partOf(shownConfig(await store.read(await domainOf(id))), group, option) } };
      },
    }),
    route({
      method: "PATCH",
      path: `${base}${depth}`,
      policy: policy.update,
      body: depth === "/:group/:option" ? optionBody : wholeBody,
      async handle(request: ApiRequest) {
        const { id = "", group, option } = request.params as Readonly<Record<string, string>>;
        const change = changeOf(request as PathRequest);
        const domain = await domainOf(id);
        const config = await store.read(domain);
        partOf(config, group, option);
        const merged = mergedConfig(config, change);
        await store.write(domain, merged);
        return { body: { config: shownConfig(merged) } };
      },
    }),
    route({
      method: "DELETE",
      path: `${base}${depth}`,
      policy: policy.delete,
      status: 204,
      async handle({ params: { id = "", group, option } }: PathRequest) {
        const domain = await domainOf(id);
        const config = await store.read(domain);
        partOf(config, group, option);
        await store.write(domain, withoutPart(config, group, option));
        return {};
      },
    }),
  ]);
  return [
    ...defaultRoutes(),
    ...partRoutes,
    route({
      method: "PUT",
      path: "/v3/domains/:id/config",
      policy: policy.create,
      body: wholeBody,
      async handle(request) {
        const { config } = request.body;
        requireConfig(config);
        const domain = await domainOf(request.params.id);
        const before = await store.read(domain);
        await store.write(domain, config);
        return { status: Object.keys(before).length > 0 ? 200 : 201, body: { config: shownConfig(config) } };
      },
    }),
  ];
}
