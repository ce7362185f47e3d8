// Logins with several methods and their receipts, behind a proxy, and with a bearer token of the Kubernetes cluster. On a real kube-apiserver.
import assert from "node:assert/strict";
import { systemNamespace } from "../../domain/id.ts";
import { passcode, periodAt } from "../../domain/identity/totp.ts";
import { User } from "../../models/identity/user.ts";
import { ServiceAccount } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { passwords, startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type KeystoneClient, keystone, setOptions } from "./testing/keystone.ts";

interface TokenBody {
  token: { methods: string[]; user: { id: string; name: string }; project?: object; expires_at: string };
  receipt: { methods: string[]; user: { id: string } };
  required_auth_methods: string[][];
  error: { message: string };
}

describe("logins that need more than a password, or none", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let client: KeystoneClient;
  let demo = { id: "" };
  before(async () => {
    cloud = await startTestCloud();
    client = keystone(cloud.api.url);
    demo = (await login(password)).body.token.user;
  });
  after(() => cloud?.stop());

  const secret = Buffer.from("12345678901234567890");
  const password = {
    methods: ["password"],
    password: { user: { name: "demo", domain: { id: "default" }, password: passwords.demo } },
  };
  const scope = { project: { name: "demo", domain: { id: "default" } } };

  async function post(path: string, body: object | undefined, headers: Record<string, string> = {}) {
    const answer = await fetch(`${cloud.api.url}/identity${path}`, {
      method: "POST",
      headers: { ...headers, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as TokenBody };
  }
  const login = (identity: object, headers: Record<string, string> = {}) => post("/v3/auth/tokens", { auth: { identity, scope } }, headers);

  it("asks for what the user's rules want, one method after the other", async () => {
    const token = await cloud.token("demo");
    const credential = { type: "totp", blob: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", user_id: demo.id };
    assert.equal((await client.call("POST", "/v3/credentials", { credential }, token)).status, 201);
    const rules = (multiFactorAuthRules: string[][] | null) =>
      cloud.client.patch(User, { name: "demo" }, { spec: { options: { multiFactorAuthRules } } });
    await rules([["password", "totp"], ["application_credential"]]);
    await eventually(async () => assert.equal((await login(password)).status, 401));
    const first = await login(password);
    assert.deepEqual(first.body.receipt.methods, ["password"]);
    assert.deepEqual(first.body.required_auth_methods, [["password", "totp"], ["application_credential"]]);
    assert.equal(first.headers.get("x-subject-token"), null);
    const receipt = first.headers.get("openstack-auth-receipt") ?? "";
    assert.equal(await client.validate(receipt), 401, "a receipt is no token");

    assert.equal((await login(password, { "openstack-auth-receipt": token })).status, 401, "a token is no receipt");
    const admin = { methods: ["password"], password: { user: { name: "admin", domain: { id: "default" }, password: passwords.admin } } };
    const others = await post("/v3/auth/tokens", { auth: { identity: admin } }, { "openstack-auth-receipt": receipt });
    assert.equal(others.status, 401, "another's receipt");
    await rules(null);
    await eventually(async () => assert.equal((await login(password)).status, 201));
  });

  it("gives a token once all methods are shown", async () => {
    const rules = [["password", "totp"]];
    await cloud.client.patch(User, { name: "demo" }, { spec: { options: { multiFactorAuthRules: rules } } });
    await eventually(async () => assert.equal((await login(password)).status, 401));
    const receipt = (await login(password)).headers.get("openstack-auth-receipt") ?? "";
    const code = passcode(secret, periodAt(Date.now()));
    const totp = { methods: ["totp"], totp: { user: { id: demo.id, passcode: code } } };
    const answer = await login(totp, { "openstack-auth-receipt": receipt });
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.body.token.methods.toSorted(), ["password", "totp"]);
    const token = answer.headers.get("x-subject-token") ?? "";
    const again = await login({ methods: ["token"], token: { id: token } });
    assert.equal(again.status, 201, "its token has shown them all");
    await cloud.client.patch(User, { name: "demo" }, { spec: { options: null } });
    await eventually(async () => assert.equal((await login(password)).status, 201));
  });

  it("believes a proxy only where the settings name it", async () => {
    const external = { methods: ["external"] };
    const header = { "x-remote-user": "demo" };
    assert.equal((await login(external, header)).status, 401, "off by default");
    await setOptions(cloud, { remote_user_header: "X-Remote-User", trusted_proxies: "192.0.2.0/24" });
    assert.equal((await login(external, header)).status, 401, "from elsewhere");
    await setOptions(cloud, { remote_user_header: "X-Remote-User", trusted_proxies: "192.0.2.0/24, 127.0.0.1" });
    const answer = await login(external, header);
    assert.deepEqual([answer.status, answer.body.token.user.name, answer.body.token.methods], [201, "demo", ["external"]]);
    assert.equal((await login({ methods: [] }, header)).status, 201);
    assert.equal((await login(external)).status, 401);
    assert.equal((await login(external, { "x-remote-user": "nobody" })).status, 401);
    await setOptions(cloud, {});
  });

  it("keeps a scoped token from other scopes where allow_rescope_scoped_token is off", async () => {
    const scoped = (await login(password)).headers.get("x-subject-token") ?? "";
    const rescope = (id: string) => login({ methods: ["token"], token: { id } });
    assert.equal((await rescope(scoped)).status, 201);
    await setOptions(cloud, { allow_rescope_scoped_token: "false" });
    assert.equal((await rescope(scoped)).status, 403);
    const unscoped = await post("/v3/auth/tokens", { auth: { identity: password, scope: "unscoped" } });
    assert.equal((await rescope(unscoped.headers.get("x-subject-token") ?? "")).status, 201);
    await setOptions(cloud, {});
  });

  it("takes a bearer of the cluster for the User that names its holder, and for nobody else", async () => {
    const path = "/v3/OS-FEDERATION/identity_providers/kubernetes/protocols/openid/auth";
    await cloud.client.create(ServiceAccount, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "ci", namespace: systemNamespace },
    });
    const asked = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } };
    const place = `/api/v1/namespaces/${systemNamespace}/serviceaccounts/ci/token`;
    const { body } = await cloud.client.request("POST", place, asked);
    const bearer = (body as { status: { token: string } }).status.token;
    const use = (token: string) => post(path, undefined, { authorization: `Bearer ${token}` });
    assert.equal((await use(bearer)).status, 401, "no User names it");
    const username = `system:serviceaccount:${systemNamespace}:ci`;
    await cloud.client.patch(User, { name: "demo" }, { spec: { kubernetes: { username } } });
    await eventually(async () => assert.equal((await use(bearer)).status, 201));
    const { token } = (await use(bearer)).body;
    assert.deepEqual([token.user.id, token.methods, token.project], [demo.id, ["openid"], undefined]);
    assert.ok(Date.parse(token.expires_at) <= Date.now() + 601_000, "no longer than the bearer");
    for (const wrong of ["", "x", `${bearer.slice(0, -3)}AAA`]) assert.equal((await use(wrong)).status, 401);
    const unscoped = (await use(bearer)).headers.get("x-subject-token") ?? "";
    assert.equal((await login({ methods: ["token"], token: { id: unscoped } })).status, 201);
    await cloud.client.patch(User, { name: "admin" }, { spec: { kubernetes: { username } } });
    await eventually(async () => assert.equal((await use(bearer)).status, 401, "two name it"));
    await cloud.client.patch(User, { name: "admin" }, { spec: { kubernetes: null } });
    await eventually(async () => assert.equal((await use(bearer)).status, 201));
    await cloud.client.delete(ServiceAccount, { name: "ci", namespace: systemNamespace });
    await eventually(async () => assert.equal((await use(bearer)).status, 401));
  });
});
