// Judges how long certificates still serve.
import { X509Certificate } from "node:crypto";
import { fail, type Judgement, ok, warn } from "./finding.ts";

export interface NamedCertificate {
  /** Such as `the webhook's authority`. */
  name: string;
  /** In PEM; of several in one text the one that ends first counts. */
  pem: string;
  /** What renews it. */
  advice: string;
}

const dayMs = 24 * 3600 * 1000;
/** Nothing that renews by itself leaves it as late as this. */
const warnDays = 14;

function endOf(pem: string): number | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const ends = blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

export function judgeCertificate({ name, pem, advice }: NamedCertificate, now: Date): Judgement {
  let end: number | undefined;
  try {
    end = endOf(pem);
  } catch {
    // said below
  }
  if (end === undefined) return fail(`${name}: can not be read`, advice);
  const days = Math.floor((end - now.getTime()) / dayMs);
  const date = new Date(end).toISOString().slice(0, 10);
  if (days < 0) return fail(`${name}: expired on ${date}`, advice);
  return days < warnDays ? warn(`${name}: ends on ${date}, in ${days} days`, advice) : ok(`${name}: until ${date}`);
}
