// Whether the API server can reach the admission webhook: without it every change of a cloud object is refused.
import { EndpointSlice, ValidatingWebhookConfiguration } from "../../../operator/kube/core-kinds.ts";
import { judgeCertificate } from "../certificate.ts";
import { defineCheck, optional } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

export interface WebhookSeen {
  /** Undefined when nobody has told the API server of a webhook. */
  caBundle: string | undefined;
  url?: string;
  /** The Service through which it is called, and how many of its endpoints are ready. */
  service?: { name: string; namespace: string; ready: number };
}

export const restart = "restart the webhook, which makes its certificate and its configuration anew: kubectl rollout restart deployment";

function judgeTarget({ url, service }: WebhookSeen): Judgement {
  if (!service) return ok(`called at ${url}`);
  const name = `${service.namespace}/${service.name}`;
  if (service.ready > 0) return ok(`Service ${name} has ${service.ready} ready endpoints`);
  return fail(
    `Service ${name} has no ready endpoint: changes of cloud objects are refused`,
    `kubectl get pods -n ${service.namespace} shows why`,
  );
}

export function judgeWebhook(seen: WebhookSeen, now: Date): Judgement[] {
  if (seen.caBundle === undefined) {
    return [
      warn(
        "no ValidatingWebhookConfiguration kumulus, or an empty one: changes of cloud objects are not checked",
        "`helm upgrade` or `make up` makes it, and the webhook fills it",
      ),
    ];
  }
  const pem = Buffer.from(seen.caBundle, "base64").toString();
  return [judgeCertificate({ name: "its authority, as the API server knows it", pem, advice: restart }, now), judgeTarget(seen)];
}

export const webhookCheck = defineCheck({
  name: "webhook",
  ofRelease: true,
  async gather({ client }): Promise<WebhookSeen> {
    const configuration = await optional(client.get(ValidatingWebhookConfiguration, { name: "kumulus" }));
    const [webhook] = configuration?.webhooks ?? [];
    if (!webhook) return { caBundle: undefined };
    const { caBundle = "", url = "", service } = webhook.clientConfig;
    if (!service) return { caBundle, url };
    const { name, namespace } = service;
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const slices = await client.list(EndpointSlice, { namespace, labelSelector });
    const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
    return { caBundle, service: { name, namespace, ready: endpoints.filter(({ conditions }) => conditions?.ready !== false).length } };
  },
  judge: judgeWebhook,
});
