// A real OpenID provider (oidc-provider) on a loopback port, and a browser that logs in at it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider, { type AccountClaims, type Configuration } from "oidc-provider";

export interface TestProvider {
  readonly issuer: string;
  stop(): Promise<void>;
}

export const client = { id: "kumulus", secret: "client-secret-of-the-test" };
export const otherClient = { id: "another-program", secret: "another-secret-of-the-test" };
/** Access tokens for this resource are JWTs; others only the provider can read. */
export const resource = "https://cloud.example.org";

function configuration(people: Readonly<Record<string, Omit<AccountClaims, "sub">>>, redirectURIs: string[]): Configuration {
  const registered = ({ id, secret }: { id: string; secret: string }) => ({
    client_id: id,
    client_secret: secret,
    redirect_uris: redirectURIs,
  });
  return {
    clients: [registered(client), registered(otherClient)],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email"] },
    findAccount: (_context, id) => (people[id] ? { accountId: id, claims: async () => ({ sub: id, ...people[id] }) } : undefined),
    extraTokenClaims: (_context, token) => ("accountId" in token && token.accountId ? people[token.accountId] : undefined),
    pkce: { required: () => false },
    ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    cookies: { keys: ["a key for the test"] },
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: "openid profile email", audience: resource, accessTokenFormat: "jwt" }),
      },
    },
  };
}

/** `people`: claims by the name that they log in with. */
export async function startProvider(
  people: Readonly<Record<string, Omit<AccountClaims, "sub">>>,
  redirectURIs: string[],
): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on("request", new Provider(issuer, configuration(people, redirectURIs)).callback());
  return {
    issuer,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a browser does: follows redirects, keeps cookies of each host, fills in the provider's forms. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #login: string;

  constructor(login: string) {
    this.#login = login;
  }

  /** Resolves with the first answer whose URL `isEnd` accepts; it is not asked for when `isEnd` accepts it before. */
  async visit(start: string, isEnd: (url: URL) => boolean): Promise<{ url: URL; response?: Response }> {
    let url = new URL(start);
    let form: URLSearchParams | undefined;
    for (let step = 0; step < 20; step += 1) {
      if (isEnd(url)) return { url };
      const response: Response = await this.#ask(url, form);
      form = undefined;
      const location = response.headers.get("location");
      if (location) {
        url = new URL(location, url);
        continue;
      }
      const page = await response.clone().text();
      const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (!action || !prompt) return { url, response };
      url = new URL(action, url);
      form = new URLSearchParams({ prompt, ...(prompt === "login" && { login: this.#login, password: "any" }) });
    }
    throw new Error(`too many steps, the last at ${url}`);
  }

  async #ask(url: URL, form: URLSearchParams | undefined): Promise<Response> {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, jar);
    const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") };
    const response = await fetch(url, { redirect: "manual", headers, ...(form && { method: "POST", body: form }) });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
}

/** An access token of somebody's for a client, by the authorization code flow. */
export async function accessToken(
  { issuer }: TestProvider,
  login: string,
  { as = client, jwt = false }: { as?: { id: string; secret: string }; jwt?: boolean } = {},
): Promise<string> {
  const redirectURI = "http://127.0.0.1/end";
  const target: Record<string, string> = jwt ? { resource } : {};
  const query = new URLSearchParams({
    client_id: as.id,
    response_type: "code",
    redirect_uri: redirectURI,
    scope: "openid profile email",
    ...target,
  });
  const { url } = await new Browser(login).visit(`${issuer}/auth?${query}`, (each) => each.href.startsWith(redirectURI));
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: url.searchParams.get("code") ?? "",
    redirect_uri: redirectURI,
    ...target,
  });
  const authorization = `Basic ${Buffer.from(`${as.id}:${as.secret}`).toString("base64")}`;
  const response = await fetch(`${issuer}/token`, { method: "POST", headers: { authorization }, body });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`no token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
