// A small client of the OpenStack APIs for our own commands: logs in as OS_* says and finds the services in the catalog.
import { readFileSync } from "node:fs";

interface Endpoint {
  interface: string;
  region: string;
  url: string;
}

interface Token {
  catalog: { type: string; endpoints: Endpoint[] }[];
}

/** Also finds the names that services had before: volumev3. */
const isOfType = (wanted: string) => (entry: { type: string }) => entry.type === wanted || entry.type === `${wanted}v3`;

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value)
    throw new TypeError(`${name} is not set: a user of the cloud is given by OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME`);
  return value;
}

interface CloudsFile {
  clouds?: Record<string, { auth?: Record<string, string>; region_name?: string }>;
}

/** The cloud OS_CLOUD of the file OS_CLIENT_CONFIG_FILE, as variables. */
async function fromCloudsFile({ OS_CLOUD: name, OS_CLIENT_CONFIG_FILE: file }: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (!name || !file) return {};
  const { parse } = await import("yaml");
  const cloud = (parse(readFileSync(file, "utf8")) as CloudsFile).clouds?.[name];
  if (!cloud?.auth) throw new TypeError(`${file} has no cloud ${name}`);
  const { auth, region_name: region } = cloud;
  const variables = Object.entries(auth).map(([key, value]) => [`OS_${key.toUpperCase()}`, value]);
  return { ...Object.fromEntries(variables), ...(region && { OS_REGION_NAME: region }) };
}

export class OpenStack {
  readonly #token: string;
  readonly #urls: (type: string) => string;

  constructor(token: string, urls: (type: string) => string) {
    this.#token = token;
    this.#urls = urls;
  }

  /** Keystone's password method, scoped to a project. Rejects with the status and what Keystone says. */
  static async login(variables: NodeJS.ProcessEnv): Promise<OpenStack> {
    const env = { ...(await fromCloudsFile(variables)), ...variables };
    const [userDomain, projectDomain] = [env.OS_USER_DOMAIN_ID || "default", env.OS_PROJECT_DOMAIN_ID || "default"];
    const user = { name: required(env, "OS_USERNAME"), password: required(env, "OS_PASSWORD"), domain: { id: userDomain } };
    const scope = { project: { name: required(env, "OS_PROJECT_NAME"), domain: { id: projectDomain } } };
    const base = required(env, "OS_AUTH_URL").replace(/\/+$/, "").replace(/\/v3$/, "");
    const response = await fetch(`${base}/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity: { methods: ["password"], password: { user } }, scope } }),
    });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`login at ${base}: ${response.status} ${text}`);
    const { token } = JSON.parse(text) as { token: Token };
    const region = env.OS_REGION_NAME;
    return new OpenStack(response.headers.get("x-subject-token") ?? "", (type) => {
      const endpoints = token.catalog.find(isOfType(type))?.endpoints ?? [];
      const found = endpoints.find((each) => each.interface === "public" && (!region || each.region === region));
      if (!found) throw new Error(`the catalog has no public endpoint of the service ${type}`);
      return found.url.replace(/\/+$/, "");
    });
  }

  async #send(type: string, method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#urls(type)}${path}`, {
      method,
      headers: { "x-auth-token": this.#token, "content-type": "application/json", accept: "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Rejects for answers of 400 and above. */
  async call<T>(type: string, method: string, path: string, body?: object): Promise<T> {
    const { status, text } = await this.#send(type, method, path, body);
    if (status >= 400) throw new Error(`${method} ${path} of ${type}: ${status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async exists(type: string, path: string): Promise<boolean> {
    const { status, text } = await this.#send(type, "GET", path);
    if (status >= 400 && status !== 404) throw new Error(`GET ${path} of ${type}: ${status} ${text}`);
    return status !== 404;
  }
}
