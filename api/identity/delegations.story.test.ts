// Application credentials, access rules, trusts, EC2 keys and passcodes: what each lets its holder do, and how each of its tokens dies. On a real kube-apiserver.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { systemNamespace } from "../../domain/id.ts";
import { passcode, periodAt } from "../../domain/identity/totp.ts";
import { ApplicationCredential } from "../../models/identity/application-credential.ts";
import { Credential } from "../../models/identity/credential.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Trust } from "../../models/identity/trust.ts";
import { User } from "../../models/identity/user.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { passwords, startTestCloud, type TestCloud } from "../testing/cloud.ts";

interface Named {
  id: string;
  name: string;
}

interface Rule {
  id: string;
  path: string;
}

/** All that the tests look into; each answer has a part of it. */
interface Body {
  error: { message: string };
  NeutronError: { type: string };
  token: {
    user: Named;
    project: Named;
    roles: Named[];
    methods: string[];
    expires_at: string;
    application_credential: Named & { restricted: boolean; access_rules?: Rule[] };
    "OS-TRUST:trust": object;
  };
  application_credential: Named & { secret: string; project_id: string; roles: Named[]; access_rules: Rule[] };
  application_credentials: Named[];
  access_rule: Rule;
  access_rules: Rule[];
  trust: Named & {
    remaining_uses: number | null;
    expires_at: string | null;
    roles: Named[];
    redelegated_trust_id: string;
    redelegation_count: number;
  };
  trusts: Named[];
  roles: Named[];
  credential: Named & { blob: string; access: string; secret: string };
  credentials: { id: string; blob: string }[];
}

interface Answer {
  status: number;
  token: string;
  body: Body;
}

describe("delegated logins", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let [admin, demo] = ["", ""];
  let ids: { admin: string; demo: string; adminProject: string; demoProject: string };
  before(async () => {
    cloud = await startTestCloud();
    [admin, demo] = await Promise.all([cloud.token("admin"), cloud.token("demo")]);
    const [a, d] = await Promise.all([show(admin), show(demo)]);
    ids = { admin: a.user.id, demo: d.user.id, adminProject: a.project.id, demoProject: d.project.id };
  });
  after(() => cloud?.stop());

  async function call(method: string, path: string, token = "", body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${cloud.api.url}${path}`, {
      method,
      headers: { ...headers, ...(token && { "x-auth-token": token }), ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      token: answer.headers.get("x-subject-token") ?? "",
      body: text.startsWith("{") ? JSON.parse(text) : text,
    };
  }
  const identity = (method: string, path: string, token?: string, body?: unknown, headers?: Record<string, string>) =>
    call(method, `/identity${path}`, token, body, headers);
  const login = (part: object, scope?: unknown) =>
    identity("POST", "/v3/auth/tokens", "", { auth: { identity: part, ...(scope !== undefined && { scope }) } });
  const password = (name: "admin" | "demo") => ({
    methods: ["password"],
    password: { user: { name, domain: { id: "default" }, password: passwords[name] } },
  });
  const show = async (token: string) =>
    (await identity("GET", "/v3/auth/tokens", token, undefined, { "x-subject-token": token })).body.token;
  const isAlive = async (token: string) => (await identity("GET", "/v3/auth/catalog", token)).status !== 401;
  const dies = (token: string) => eventually(async () => assert.equal(await isAlive(token), false));

  describe("application credentials", () => {
    const path = () => `/v3/users/${ids.demo}/application_credentials`;
    const create = async (body: object, token = demo) => identity("POST", path(), token, { application_credential: body });
    const use = (id: string, secret: string) => login({ methods: ["application_credential"], application_credential: { id, secret } });

    it("shows the secret once, and logs in by id or by name", async () => {
      const made = await create({ name: "ci", description: "for the CI" });
      assert.equal(made.status, 201);
      const { id, secret, project_id, roles } = made.body.application_credential;
      assert.equal(project_id, ids.demoProject);
      assert.deepEqual(roles.map(({ name }) => name).toSorted(), ["member", "reader"]);
      const seen = await identity("GET", `${path()}/${id}`, demo);
      assert.equal(seen.body.application_credential.secret, undefined);
      const byId = await use(id, secret);
      assert.equal(byId.status, 201);
      assert.deepEqual(byId.body.token.application_credential, { id, name: "ci", restricted: true });
      const byName = await login({
        methods: ["application_credential"],
        application_credential: { name: "ci", user: { id: ids.demo }, secret },
      });
      assert.equal(byName.status, 201);
      assert.equal((await create({ name: "ci" })).status, 409);
      const stored = await cloud.client.list(ApplicationCredential);
      assert.ok(!JSON.stringify(stored).includes(secret));
      assert.deepEqual((await identity("GET", `${path()}?name=ci`, demo)).body.application_credentials.length, 1);
    });

    it("answers one and the same 401 to whatever is wrong", async () => {
      const { id, secret } = (await create({ name: "strict" })).body.application_credential;
      const wrong = [await use(id, "wrong"), await use("7d9f0a5e-0000-4000-8000-000000000000", secret)];
      for (const { status, body } of wrong)
        assert.deepEqual([status, body.error.message], [401, "The request you have made requires authentication."]);
      const scoped = await login(
        { methods: ["application_credential"], application_credential: { id, secret } },
        { system: { all: true } },
      );
      assert.equal(scoped.status, 401);
    });

    it("keeps to the roles it was made with, and to its project", async () => {
      const { id, secret } = (await create({ name: "reads", roles: [{ name: "reader" }] })).body.application_credential;
      const { body, token } = await use(id, secret);
      assert.deepEqual(
        body.token.roles.map(({ name }) => name),
        ["reader"],
      );
      assert.equal((await create({ name: "more", roles: [{ name: "admin" }] })).status, 400);
      assert.equal((await create({ name: "more" }, token)).status, 403, "restricted");
      assert.equal((await login({ methods: ["token"], token: { id: token } }, { project: { id: ids.demoProject } })).status, 403);
      assert.equal((await identity("POST", path(), admin, { application_credential: { name: "x" } })).status, 403, "for somebody else");
      const free = (await create({ name: "free", unrestricted: true })).body.application_credential;
      const made = await create({ name: "child" }, (await use(free.id, free.secret)).token);
      assert.equal(made.status, 201);
    });

    it("ends with its time, its deletion, its user's role, and does not come back for another user of the name", async () => {
      assert.equal((await create({ name: "late", expires_at: "2020-01-01T00:00:00" })).status, 400);
      assert.equal((await create({ name: "odd", expires_at: "tomorrow" })).status, 400);
      const soon = new Date(Date.now() + 1500).toISOString();
      const short = (await create({ name: "short", expires_at: soon })).body.application_credential;
      const shortToken = await use(short.id, short.secret);
      assert.equal(Date.parse(shortToken.body.token.expires_at), Date.parse(soon));
      await dies(shortToken.token);
      assert.equal((await use(short.id, short.secret)).status, 401);

      const gone = (await create({ name: "gone" })).body.application_credential;
      const goneToken = (await use(gone.id, gone.secret)).token;
      assert.equal((await identity("DELETE", `${path()}/${gone.id}`, demo)).status, 204);
      assert.equal(await isAlive(goneToken), false, "at once");

      const kept = (await create({ name: "kept" })).body.application_credential;
      const keptToken = (await use(kept.id, kept.secret)).token;
      const assignment = await cloud.client.get(RoleAssignment, { name: "demo-member-demo" });
      await cloud.client.delete(RoleAssignment, { name: "demo-member-demo" });
      await dies(keptToken);
      assert.equal((await use(kept.id, kept.secret)).status, 401);
      const { apiVersion, kind, spec } = assignment;
      await cloud.client.create(RoleAssignment, { apiVersion, kind, metadata: { name: "demo-member-demo" }, spec });
      await eventually(async () => assert.equal((await use(kept.id, kept.secret)).status, 201));

      const user = await cloud.client.get(User, { name: "demo" });
      await cloud.client.delete(User, { name: "demo" });
      await cloud.client.create(User, { apiVersion: user.apiVersion, kind: "User", metadata: { name: "demo" }, spec: user.spec });
      await eventually(async () => assert.equal((await login(password("demo"))).status, 201));
      assert.equal((await use(kept.id, kept.secret)).status, 401, "the new demo is somebody else");
      demo = await cloud.token("demo");
      ids = { ...ids, demo: (await show(demo)).user.id };
      assert.deepEqual((await identity("GET", path(), demo)).body.application_credentials, []);
    });

    it("lets through what its access rules let through, at every service", async () => {
      const rules = [
        { service: "image", method: "GET", path: "/v2/images" },
        { service: "compute", method: "GET", path: "/v2.1/servers/**" },
      ];
      const made = (await create({ name: "limited", access_rules: rules })).body.application_credential;
      assert.equal(made.access_rules.length, 2);
      const { token, body } = await use(made.id, made.secret);
      assert.equal(body.token.application_credential.access_rules?.length, 2);
      const status = async (method: string, target: string) => (await call(method, target, token)).status;
      assert.equal(await status("GET", "/image/v2/images"), 200);
      assert.equal(await status("GET", "/compute/v2.1/servers/detail"), 200);
      assert.equal(await status("GET", "/compute/v2.1/flavors"), 403);
      assert.equal(await status("POST", "/image/v2/images"), 403);
      assert.equal(await status("GET", "/network/v2.0/networks"), 403);
      assert.equal(await status("GET", "/identity/v3/auth/projects"), 403);
      const neutron = await call("GET", "/network/v2.0/networks", token);
      assert.equal(neutron.body.NeutronError.type, "PolicyNotAuthorized", "in the service's own format");
      const validate = (headers: Record<string, string>) =>
        identity("GET", "/v3/auth/tokens", admin, undefined, { "x-subject-token": token, ...headers });
      assert.equal((await validate({})).status, 404, "to a service that does not know access rules");
      assert.equal((await validate({ "openstack-identity-access-rules": "1.0" })).status, 200);

      const list = await identity("GET", `/v3/users/${ids.demo}/access_rules`, demo);
      assert.equal(list.body.access_rules.length, 2);
      const rule = `/v3/users/${ids.demo}/access_rules/${made.access_rules[0]?.id}`;
      assert.equal((await identity("GET", rule, demo)).body.access_rule.path, "/v2/images");
      assert.equal((await identity("DELETE", rule, demo)).status, 403, "in use");
      const again = (await create({ name: "same rules", access_rules: rules })).body.application_credential;
      assert.deepEqual(again.access_rules, made.access_rules);
      for (const { id } of [made, again]) await identity("DELETE", `${path()}/${id}`, demo);
      assert.equal((await identity("DELETE", rule, demo)).status, 204);
      assert.equal((await identity("GET", rule, demo)).status, 404);
    });
  });

  describe("trusts", () => {
    const create = (body: object, token = admin) =>
      identity("POST", "/v3/OS-TRUST/trusts", token, {
        trust: {
          trustor_user_id: ids.admin,
          trustee_user_id: ids.demo,
          project_id: ids.adminProject,
          roles: [{ name: "member" }],
          impersonation: false,
          ...body,
        },
      });
    const use = (id: string) => login(password("demo"), { "OS-TRUST:trust": { id } });

    it("gives the trustee some of the trustor's roles, as itself or as the trustor", async () => {
      const made = await create({});
      assert.equal(made.status, 201);
      const { trust } = made.body;
      assert.deepEqual([trust.remaining_uses, trust.expires_at, trust.roles[0]?.name], [null, null, "member"]);
      const own = await use(trust.id);
      assert.equal(own.status, 201);
      assert.deepEqual([own.body.token.user.id, own.body.token.project.id], [ids.demo, ids.adminProject]);
      assert.deepEqual(own.body.token.roles.map(({ name }) => name).toSorted(), ["member", "reader"]);
      const acting = (await create({ impersonation: true })).body.trust;
      const { body, token } = await use(acting.id);
      assert.equal(body.token.user.id, ids.admin);
      assert.deepEqual(body.token["OS-TRUST:trust"], {
        id: acting.id,
        impersonation: true,
        trustee_user: { id: ids.demo },
        trustor_user: { id: ids.admin },
      });
      assert.equal((await login({ methods: ["token"], token: { id: token } }, { project: { id: ids.adminProject } })).status, 403);
      assert.equal((await identity("GET", "/v3/credentials", token)).status, 403);
      const other = await login(password("admin"), { "OS-TRUST:trust": { id: acting.id } });
      assert.equal(other.status, 401, "not the trustee");
    });

    it("is made by the trustor alone, with roles that he has", async () => {
      assert.equal((await create({}, demo)).status, 403);
      assert.equal((await create({ roles: [] })).status, 403);
      assert.equal((await create({ roles: [{ name: "nothing" }] })).status, 404);
      assert.equal((await create({ trustee_user_id: "nobody" })).status, 404);
      assert.equal((await create({ expires_at: "bad.123Z" })).status, 400);
      assert.equal((await create({ remaining_uses: 0 })).status, 400);
      const mine = { trustor_user_id: ids.demo, trustee_user_id: ids.admin, project_id: ids.demoProject };
      assert.equal((await create({ ...mine, roles: [{ name: "admin" }] }, demo)).status, 404, "demo is no admin");
      const { trust } = (await create({ ...mine, roles: [{ name: "reader" }] }, demo)).body;
      assert.equal((await identity("GET", "/v3/OS-TRUST/trusts", demo)).status, 403);
      const listed = await identity("GET", `/v3/OS-TRUST/trusts?trustor_user_id=${ids.demo}`, demo);
      assert.deepEqual(
        listed.body.trusts.map(({ id }) => id),
        [trust.id],
      );
      assert.equal((await identity("GET", `/v3/OS-TRUST/trusts/${trust.id}/roles`, demo)).body.roles[0]?.name, "reader");
      const [role] = (await identity("GET", "/v3/roles?name=member", admin)).body.roles;
      assert.equal((await identity("HEAD", `/v3/OS-TRUST/trusts/${trust.id}/roles/${role?.id}`, demo)).status, 404);
    });

    it("gives as many tokens as it may, however many ask at once", async () => {
      const { trust } = (await create({ remaining_uses: 3 })).body;
      const answers = await Promise.all(Array.from({ length: 8 }, () => use(trust.id)));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 201, 201, 401, 401, 401, 401, 401]);
      assert.equal((await cloud.client.list(Trust)).find(({ spec }) => spec.remainingUses === 3)?.status?.uses, 3);
      assert.equal((await identity("GET", `/v3/OS-TRUST/trusts/${trust.id}`, admin)).status, 404, "used up");
    });

    it("is given on as deep as it allows, never wider, and falls with the first of the chain", async () => {
      const { trust } = (await create({ allow_redelegation: true, redelegation_count: 1, impersonation: true })).body;
      const { token } = await use(trust.id);
      const child = { allow_redelegation: false, impersonation: true };
      assert.equal((await create({ ...child, roles: [{ name: "admin" }] }, token)).status, 403);
      assert.equal((await create({ ...child, remaining_uses: 2 }, token)).status, 403);
      const made = await create(child, token);
      assert.deepEqual([made.status, made.body.trust.redelegated_trust_id, made.body.trust.redelegation_count], [201, trust.id, 0]);
      const second = await use(made.body.trust.id);
      assert.equal(second.status, 201);
      assert.equal((await create(child, second.token)).status, 403, "no deeper");
      assert.equal((await identity("DELETE", `/v3/OS-TRUST/trusts/${trust.id}`, admin)).status, 204);
      assert.equal(await isAlive(token), false);
      assert.equal(await isAlive(second.token), false);
      assert.equal((await use(made.body.trust.id)).status, 401);
    });

    it("dies with the trustee's password, and with a disabled trustor for good", async () => {
      const { trust } = (await create({ impersonation: true })).body;
      const { token } = await use(trust.id);
      const status = { passwordFingerprint: "f".repeat(64), passwordChangedAt: new Date(Date.now() + 60_000).toISOString() };
      await cloud.client.patch(User, { name: "demo" }, { status }, { subresource: "status" });
      await dies(token);
      const none = { passwordFingerprint: null, passwordChangedAt: null };
      await cloud.client.patch(User, { name: "demo" }, { status: none }, { subresource: "status" });
      await eventually(async () => assert.equal(await isAlive(token), true));
      await cloud.client.patch(User, { name: "admin" }, { spec: { enabled: false } });
      await dies(token);
      await eventually(async () => assert.equal((await use(trust.id)).status, 401));
      await cloud.client.patch(User, { name: "admin" }, { spec: { enabled: true } });
      await eventually(async () => assert.equal((await use(trust.id)).status, 201));
      [admin, demo] = await Promise.all([cloud.token("admin"), cloud.token("demo")]);
    });
  });

  describe("credentials", () => {
    it("are kept encrypted, and shown to their owner and to admins", async () => {
      const body = { credential: { type: "cert", blob: "very-secret-certificate", user_id: ids.demo } };
      const made = await identity("POST", "/v3/credentials", demo, body);
      assert.equal(made.status, 201);
      const { id } = made.body.credential;
      const everything = JSON.stringify([
        await cloud.client.list(Credential),
        await cloud.client.list(Secret, { namespace: systemNamespace }),
      ]);
      assert.ok(!everything.includes("very-secret-certificate"));
      assert.ok(!everything.includes(Buffer.from("very-secret-certificate").toString("base64").slice(0, 20)));
      assert.equal((await identity("GET", `/v3/credentials/${id}`, admin)).body.credential.blob, "very-secret-certificate");
      const others = await identity("POST", "/v3/credentials", demo, { credential: { ...body.credential, user_id: ids.admin } });
      assert.equal(others.status, 403);
      const adminOwn = (await identity("POST", "/v3/credentials", admin, { credential: { ...body.credential, user_id: ids.admin } })).body
        .credential;
      assert.equal((await identity("GET", `/v3/credentials/${adminOwn.id}`, demo)).status, 403);
      assert.equal((await identity("GET", "/v3/credentials/nothing", demo)).status, 403);
      assert.equal((await identity("GET", "/v3/credentials/nothing", admin)).status, 404);
      const listed = await identity("GET", "/v3/credentials?type=cert", demo);
      assert.deepEqual(
        listed.body.credentials.map(({ id: each }) => each),
        [id],
      );
      const patched = await identity("PATCH", `/v3/credentials/${id}`, demo, { credential: { blob: "another" } });
      assert.equal(patched.body.credential.blob, "another");
      assert.equal((await identity("PATCH", `/v3/credentials/${id}`, demo, { credential: { user_id: ids.admin } })).status, 400);
      assert.equal((await identity("DELETE", `/v3/credentials/${id}`, demo)).status, 204);
      assert.equal((await identity("GET", `/v3/credentials/${id}`, admin)).status, 404);
    });

    it("are read as people put them there with kubectl", async () => {
      await cloud.client.create(Secret, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "by-hand", namespace: systemNamespace },
        data: { blob: Buffer.from("plain").toString("base64") },
      });
      const { metadata } = await cloud.client.get(User, { name: "demo" });
      await cloud.client.create(Credential, {
        apiVersion: "identity.kumulus.cloud/v1alpha1",
        kind: "Credential",
        metadata: { name: "by-hand", annotations: { "identity.kumulus.cloud/bound-to": metadata.uid ?? "" } },
        spec: { userRef: { name: "demo" }, type: "note", secretRef: { name: "by-hand" } },
      });
      await eventually(async () => {
        const { body } = await identity("GET", "/v3/credentials?type=note", demo);
        assert.deepEqual(
          body.credentials.map(({ blob }) => blob),
          ["plain"],
        );
      });
    });
  });

  describe("EC2 keys", () => {
    const path = () => `/v3/users/${ids.demo}/credentials/OS-EC2`;
    const signed = ({ access, secret }: { access: string; secret: string }, at = new Date()) => {
      const params: Record<string, string> = {
        Action: "DescribeInstances",
        AWSAccessKeyId: access,
        SignatureMethod: "HmacSHA256",
        SignatureVersion: "2",
        Timestamp: at.toISOString(),
      };
      const query = Object.keys(params)
        .toSorted()
        .map((key) => `${key}=${encodeURIComponent(params[key] ?? "")}`)
        .join("&");
      const signature = createHmac("sha256", secret).update(`GET\nec2.example.org\n/services/Cloud\n${query}`).digest("base64");
      return { credentials: { access, signature, verb: "GET", host: "ec2.example.org", path: "/services/Cloud", params } };
    };

    it("sign requests, for which front ends get the user's token", async () => {
      const made = await identity("POST", path(), demo, { tenant_id: ids.demoProject });
      assert.equal(made.status, 201);
      const { credential } = made.body;
      assert.deepEqual((await identity("GET", `${path()}/${credential.access}`, demo)).body.credential, credential);
      assert.equal((await identity("GET", path(), demo)).body.credentials.length, 1);
      const got = await identity("POST", "/v3/ec2tokens", admin, signed(credential));
      assert.equal(got.status, 200);
      assert.deepEqual(
        [got.body.token.user.id, got.body.token.project.id, got.body.token.methods],
        [ids.demo, ids.demoProject, ["ec2credential"]],
      );
      assert.equal((await identity("POST", "/v3/ec2tokens", demo, signed(credential))).status, 403, "only for services and admins");
      assert.equal((await identity("POST", "/v3/ec2tokens", "", signed(credential))).status, 401);
      assert.equal((await identity("POST", "/v3/ec2tokens", admin, signed({ ...credential, secret: "wrong" }))).status, 401);
      assert.equal((await identity("POST", "/v3/ec2tokens", admin, signed({ ...credential, access: "nobody" }))).status, 401);
      const old = new Date(Date.now() - 16 * 60_000);
      assert.equal((await identity("POST", "/v3/ec2tokens", admin, signed(credential, old))).status, 401, "too old");
      const text = Buffer.from("GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/bucket/object");
      const signature = createHmac("sha1", credential.secret).update(text).digest("base64");
      const s3 = { credentials: { access: credential.access, token: text.toString("base64url"), signature } };
      const answer = await identity("POST", "/v3/s3tokens", admin, s3);
      assert.deepEqual([answer.status, answer.body.token.user.id, answer.token], [200, ids.demo, ""]);
      assert.equal((await identity("GET", "/v3/credentials", got.token)).status, 403, "no more than the keys are for");
      assert.equal((await identity("DELETE", `${path()}/${credential.access}`, demo)).status, 204);
      assert.equal(await isAlive(got.token), false);
      assert.equal((await identity("GET", `${path()}/${credential.access}`, demo)).status, 404);
      assert.equal((await identity("POST", "/v3/ec2tokens", admin, signed(credential))).status, 401);
    });

    it("are never good without a secret", async () => {
      const blob = JSON.stringify({ access: "half" });
      const body = { credential: { type: "ec2", blob, user_id: ids.demo, project_id: ids.demoProject } };
      assert.equal((await identity("POST", "/v3/credentials", demo, body)).status, 201);
      assert.equal((await identity("POST", "/v3/credentials", demo, body)).status, 409);
      assert.equal((await identity("POST", "/v3/ec2tokens", admin, signed({ access: "half", secret: "" }))).status, 401);
    });
  });

  it("takes a passcode once", async () => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const credential = { type: "totp", blob: secret, user_id: ids.demo };
    assert.equal((await identity("POST", "/v3/credentials", demo, { credential })).status, 201);
    const code = passcode(Buffer.from("12345678901234567890"), periodAt(Date.now()));
    const use = () => login({ methods: ["totp"], totp: { user: { id: ids.demo, passcode: code } } }, "unscoped");
    const answers = await Promise.all([use(), use(), use()]);
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 401, 401]);
    assert.equal((await use()).status, 401);
    const both = { ...password("demo"), methods: ["password", "totp"], totp: { user: { id: ids.demo, passcode: "000000" } } };
    assert.equal((await login(both)).status, 401);
  });
});
