// Federation against a real OpenID provider: who may come in, as whom, by bearer token and by browser, and what ends it.
import assert from "node:assert/strict";
import { systemNamespace } from "../../../domain/id.ts";
import { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import { User } from "../../../models/identity/user.ts";
import { ConfigMap, Secret } from "../../../operator/kube/core-kinds.ts";
import { eventually } from "../../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../../testing/cloud.ts";
import { identityClient } from "../../testing/identity-client.ts";
import { accessToken, Browser, client, otherClient, resource, startProvider, type TestProvider } from "./testing/provider.ts";

const dashboard = "http://dashboard.example.org/auth/websso/";
const people = {
  ada: { preferred_username: "ada", email: "ada@example.org", groups: ["developers", "guests"] },
  bob: { preferred_username: "bob", email: "bob@example.org", groups: ["guests"] },
  admin: { preferred_username: "admin", email: "admin@example.org", groups: [] },
};

describe("federation", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let provider: TestProvider;
  let token = "";
  let member = "";
  const admin = identityClient(
    () => cloud,
    () => token,
  );
  const federated = "OS-FEDERATION/identity_providers/company";

  /** `redirectURIs` must be known to the provider before the cloud's port is known to us: the cloud starts first. */
  before(async () => {
    cloud = await startTestCloud();
    const callback = `${cloud.api.url}/identity/v3/auth/${federated}/protocols/openid/websso/callback`;
    provider = await startProvider(people, ["http://127.0.0.1/end", callback]);
    token = await cloud.token("admin");
    const data = { clientSecret: Buffer.from(client.secret).toString("base64") };
    const metadata = { name: "company-client", namespace: systemNamespace };
    await cloud.client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data });
    const settings = { name: "keystone", namespace: systemNamespace };
    await cloud.client.create(ConfigMap, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: settings,
      data: { trusted_dashboard: dashboard },
    });
    member = (await admin.get("roles?name=member")).roles[0].id;
  });
  after(async () => {
    await cloud?.stop();
    await provider?.stop();
  });

  /** An unscoped token for a bearer of the provider's. */
  async function enter(bearer: string, path = `${federated}/protocols/openid/auth`) {
    const answer = await fetch(`${cloud.api.url}/identity/v3/${path}`, { method: "POST", headers: { authorization: `Bearer ${bearer}` } });
    const { token: body } = (await answer.json()) as {
      token?: { user: { id: string; name: string; domain: { id: string } }; methods: string[] };
    };
    return { status: answer.status, token: answer.headers.get("x-subject-token") ?? "", body };
  }

  async function scoped(unscoped: string, project: string): Promise<{ status: number; token: string }> {
    const answer = await fetch(`${cloud.api.url}/identity/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity: { methods: ["token"], token: { id: unscoped } }, scope: { project: { id: project } } } }),
    });
    return { status: answer.status, token: answer.headers.get("x-subject-token") ?? "" };
  }

  const validate = async (subject: string) => {
    const headers = { "x-auth-token": subject, "x-subject-token": subject };
    return (await fetch(`${cloud.api.url}/identity/v3/auth/tokens`, { headers })).status;
  };

  it("keeps identity providers, mappings and protocols as Keystone does", async () => {
    const { identity_provider: made } = await admin.put(
      federated,
      { identity_provider: { enabled: true, remote_ids: [provider.issuer] } },
      201,
    );
    assert.equal(made.id, "company");
    assert.equal((await admin.get(`domains/${made.domain_id}`)).domain.name, "federated-company", "a domain of its own");
    await admin.put(federated, { identity_provider: {} }, 409);
    await admin.put("OS-FEDERATION/identity_providers/other", { identity_provider: { remote_ids: [provider.issuer] } }, 409);
    await admin.put(
      "OS-FEDERATION/mappings/people",
      { mapping: { rules: [{ local: [{ user: { name: "{3}" } }], remote: [{ type: "sub" }] }] } },
      400,
    );
    const rules = [
      { local: [{ user: { name: "{0}", email: "{1}" } }], remote: [{ type: "OIDC-preferred_username" }, { type: "OIDC-email" }] },
      { local: [{ groups: "{0}", domain: { id: made.domain_id } }], remote: [{ type: "OIDC-groups", whitelist: ["developers"] }] },
    ];
    await admin.put("OS-FEDERATION/mappings/people", { mapping: { rules } }, 201);
    await admin.put(`${federated}/protocols/openid`, { protocol: { mapping_id: "nobody" } }, 400);
    await admin.put(`${federated}/protocols/openid`, { protocol: { mapping_id: "people" } }, 201);
    assert.deepEqual(
      (await admin.get(`${federated}/protocols`)).protocols.map(({ id }: { id: string }) => id),
      ["openid"],
    );
    await admin.patch(federated, { identity_provider: { description: "the company" } });
    assert.equal((await admin.get(federated)).identity_provider.description, "the company");
    const { group } = await admin.post("groups", { group: { name: "developers", domain_id: made.domain_id } });
    const { project } = await admin.post("projects", { project: { name: "shop" } });
    await admin.put(`projects/${project.id}/groups/${group.id}/roles/${member}`);
  });

  it("lets nobody in by a provider that it does not know how to ask", async () => {
    assert.equal((await enter("anything")).status, 401);
    assert.equal((await enter("anything", "OS-FEDERATION/identity_providers/nobody/protocols/openid/auth")).status, 404);
  });

  for (const jwt of [false, true]) {
    it(`takes ${jwt ? "JWTs" : "tokens that only the provider can read"}, gives groups' roles, and means the same user each time`, async () => {
      const oidc = { issuer: provider.issuer, clientID: client.id, clientSecretRef: { name: "company-client" }, audiences: [resource] };
      await cloud.client.patch(IdentityProvider, { name: "company" }, { spec: { oidc } });
      const bearer = await accessToken(provider, "ada", { jwt });
      const first = await eventually(async () => {
        const entered = await enter(bearer);
        assert.equal(entered.status, 201);
        return entered;
      });
      assert.equal(first.body?.user.name, "ada");
      assert.deepEqual(first.body?.methods, ["openid"]);
      const again = await enter(await accessToken(provider, "ada", { jwt }));
      assert.equal(again.body?.user.id, first.body?.user.id);
      const [project] = (await admin.get("projects?name=shop")).projects;
      const onShop = await scoped(first.token, project.id);
      assert.equal(onShop.status, 201);
      assert.equal(await validate(onShop.token), 200);
    });
  }

  it("gives no roles to who is in none of the groups", async () => {
    const { token: unscoped, status } = await enter(await accessToken(provider, "bob"));
    assert.equal(status, 201);
    const [project] = (await admin.get("projects?name=shop")).projects;
    assert.equal((await scoped(unscoped, project.id)).status, 401);
  });

  it("never takes somebody of the provider's for a user of the cloud who is called the same", async () => {
    const { body } = await enter(await accessToken(provider, "admin"));
    const [local] = (await admin.get("users?name=admin&domain_id=default")).users;
    assert.notEqual(body?.user.id, local.id);
    assert.notEqual(body?.user.domain.id, "default");
  });

  it("refuses tokens that were made for another client, cut ones, and none", async () => {
    assert.equal((await enter(await accessToken(provider, "ada", { as: otherClient }))).status, 401);
    const jwt = await accessToken(provider, "ada", { jwt: true });
    assert.equal((await enter(jwt.slice(0, -3))).status, 401);
    assert.equal((await enter("")).status, 401);
  });

  it("logs in by browser and hands the token over to a dashboard that is trusted", async () => {
    const start = `${cloud.api.url}/identity/v3/auth/OS-FEDERATION/websso/openid?origin=${encodeURIComponent(dashboard)}`;
    const { response } = await new Browser("ada").visit(start, () => false);
    assert.equal(response?.status, 200);
    const page = (await response?.text()) ?? "";
    assert.match(page, new RegExp(`action="${dashboard}"`));
    const handed = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "";
    assert.equal(await validate(handed), 200);
  });

  it("goes to no dashboard that nobody trusts, and takes no answer that it did not ask for", async () => {
    const sso = `${cloud.api.url}/identity/v3/auth/${federated}/protocols/openid/websso`;
    assert.equal((await fetch(`${sso}?origin=http://evil.example.org/`, { redirect: "manual" })).status, 401);
    const bold = new Browser("ada");
    const { url } = await bold.visit(`${sso}?origin=${encodeURIComponent(dashboard)}`, ({ pathname }) => pathname.endsWith("/callback"));
    assert.equal((await fetch(url)).status, 401, "another browser than the one that began");
    const other = new Browser("bob");
    await other.visit(`${sso}?origin=${encodeURIComponent(dashboard)}`, ({ pathname }) => pathname.endsWith("/callback"));
    assert.equal((await other.visit(url.href, () => false)).response?.status, 401, "a code of somebody else's login");
  });

  it("kills the tokens of its users when a provider is switched off, and lets them in again after", async () => {
    const { token: unscoped } = await enter(await accessToken(provider, "ada"));
    assert.equal(await validate(unscoped), 200);
    await admin.patch(federated, { identity_provider: { enabled: false } });
    await eventually(async () => assert.equal(await validate(unscoped), 401));
    assert.equal((await enter(await accessToken(provider, "ada"))).status, 401);
    await admin.patch(federated, { identity_provider: { enabled: true } });
    assert.equal((await enter(await accessToken(provider, "ada"))).status, 201);
  });

  it("leaves nothing usable of a provider that is deleted, not even for a later one of its name", async () => {
    const { token: unscoped, body } = await enter(await accessToken(provider, "ada"));
    await admin.delete(federated);
    await eventually(async () => assert.equal(await validate(unscoped), 401));
    await admin.get(`${federated}/protocols/openid`, 404);
    const users = await cloud.client.list(User);
    const left = users.find(({ metadata }) => metadata.labels?.["kumulus.cloud/id"] === body?.user.id);
    assert.equal(left?.metadata.ownerReferences?.[0]?.kind, "IdentityProvider", "Kubernetes collects it with the provider");
  });
});
