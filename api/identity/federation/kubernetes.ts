// The identity provider `kubernetes`: a bearer token of the cluster becomes a token of the User that names its holder.
// keystoneauth's plugin v3oidcaccesstoken speaks it; whose the bearer is says the API server (TokenReview), never the bearer itself.
import { KumulusError } from "../../../domain/errors.ts";
import type { Right } from "../../../domain/rights.ts";
import type { User } from "../../../models/identity/user.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import type { ApiRequest } from "../../http/request.ts";
import { publicRule, route } from "../../http/route.ts";
import { finishLogin, type LoginDeps } from "../login.ts";
import { mayLogIn } from "../login-methods.ts";
import { unauthorized } from "../tokens.ts";
import { bearerOf } from "./bearer.ts";

export interface KubernetesDeps extends LoginDeps {
  readonly client: KubeClient;
}

const reviews = "/apis/authentication.k8s.io/v1/tokenreviews";
export const kubernetesRights: readonly Right[] = [{ group: "authentication.k8s.io", resource: "tokenreviews", verbs: ["create"] }];

export const byKubernetesName = "kubernetes";

interface TokenReview {
  status?: { authenticated?: boolean; user?: { username?: string } };
}

/** Name of the Kubernetes user or ServiceAccount that the API server knows by this bearer. */
async function holderOf(client: KubeClient, bearer: string): Promise<string> {
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: bearer } };
  // The API server says of a wrong bearer that it is wrong: an error is about something else, which is not for the holder's eyes.
  const { body } = await client.request("POST", reviews, review).catch((cause: unknown) => {
    throw new KumulusError("Unavailable", "The cluster can not be asked about the bearer token now.", { cause });
  });
  const { authenticated, user } = (body as TokenReview).status ?? {};
  if (!authenticated || !user?.username) throw unauthorized();
  return user.username;
}

/** When a bearer that the API server has accepted ends, ms since 1970; undefined for one that does not say. */
export function endOf(bearer: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(bearer.split(".")[1] ?? "", "base64url").toString("utf8"));
    const exp = (payload as { exp?: unknown } | null)?.exp;
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** The one User that names the holder: of two that do nobody can say who is meant. */
function userOf({ world }: KubernetesDeps, username: string): User {
  const [user, other] = world.users.byIndex(byKubernetesName, username);
  if (!user || other) throw unauthorized();
  return user;
}

export function kubernetesRoutes(deps: KubernetesDeps) {
  deps.world.users.cache.addIndex(byKubernetesName, ({ spec }) => (spec.kubernetes ? [spec.kubernetes.username] : []));
  const path = "/v3/OS-FEDERATION/identity_providers/kubernetes/protocols/openid/auth" as const;
  const handle = async (request: ApiRequest) => {
    const bearer = bearerOf(request);
    const user = userOf(deps, await holderOf(deps.client, bearer));
    if (!mayLogIn(deps, user)) throw unauthorized();
    const notAfter = endOf(bearer);
    return finishLogin(deps, request, { user, methods: ["openid"], ...(notAfter !== undefined && { notAfter }) }, "unscoped");
  };
  return [
    route({ method: "GET", path, policy: publicRule, status: 201, handle }),
    route({ method: "POST", path, policy: publicRule, status: 201, rawBody: true, handle }),
  ];
}
