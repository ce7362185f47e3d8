// What the webhook serves with and what it tells the API server about itself, kept current: certificates end, and somebody may change the configuration.
import { X509Certificate } from "node:crypto";
import type { Server as HttpsServer } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { ValidatingWebhookConfiguration } from "../operator/kube/core-kinds.ts";
import { desiredConfiguration, type WebhookTarget } from "./configuration.ts";
import { allRules } from "./kinds.ts";
import type { WebhookOptions } from "./server.ts";
import { certificateSecret, ensureCertificate, type ServingCertificate } from "./tls/certificate.ts";
import { readCertificate } from "./tls/files.ts";

const fieldManager = "kumulus-webhook";
/** A certificate that has ended, as after a clock was set, keeps everybody from writing: so often it is looked for. */
const defaultCheckMs = 30_000;
const retryMs = 5_000;
/** In which API servers have heard of a changed configuration. */
const trustMs = 5_000;

export interface Serving {
  /** Serves with the newest certificate and applies the configuration. Rejects when the API server refuses it. */
  update(): Promise<void>;
  /** Does that again and again until the signal; never rejects. */
  keep(): Promise<void>;
  /** End of the certificate; undefined before the first update. */
  readonly until: Date | undefined;
}

/** The CA is absent where somebody else tells it the API server. */
type Served = Omit<ServingCertificate, "ca"> & { ca?: string };

function namesOf(target: WebhookTarget): string[] {
  if ("url" in target) return [new URL(target.url).hostname.replace(/^\[|\]$/g, "")];
  const { name, namespace } = target.service;
  return [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
}

export function createServing(
  server: HttpsServer,
  target: WebhookTarget,
  options: WebhookOptions & Required<Pick<WebhookOptions, "namespace" | "strictDeleters">>,
): Serving {
  const { client, log, signal, namespace, strictDeleters, certificateFiles } = options;
  const { secretName = certificateSecret, names = namesOf(target), checkMs = defaultCheckMs, certificateLifeMs } = options;
  const life = certificateLifeMs === undefined ? {} : { lifeMs: certificateLifeMs };
  let served: Served | undefined;

  const newest = async (): Promise<Served> =>
    certificateFiles ? readCertificate(certificateFiles) : ensureCertificate({ client, namespace, secretName, names, ...life });

  async function update(): Promise<void> {
    const certificate = await newest();
    if (!served) server.setSecureContext(certificate);
    await client.apply(ValidatingWebhookConfiguration, desiredConfiguration(allRules, target, certificate.ca, strictDeleters), {
      fieldManager,
    });
    // At a renewal the old one serves until every API server trusts the new one.
    if (served && certificate.cert !== served.cert) {
      await sleep(Math.min(trustMs, checkMs), undefined, { signal, ref: false });
      server.setSecureContext(certificate);
    }
    served = certificate;
  }

  return {
    update,
    get until() {
      return served && new Date(new X509Certificate(served.cert).validTo);
    },
    async keep() {
      for (let pauseMs = checkMs; ; ) {
        await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
        if (signal.aborted) return;
        try {
          await update();
          pauseMs = checkMs;
        } catch (error) {
          log.warn({ error }, "the webhook's configuration could not be kept current");
          pauseMs = Math.min(retryMs, checkMs);
        }
      }
    },
  };
}
