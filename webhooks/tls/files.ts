// A certificate that somebody else makes and renews, such as cert-manager: the files of its Secret, mounted into the pod.
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";

export interface CertificateFiles {
  /** PEM, with the intermediate certificates behind it. */
  cert: string;
  key: string;
}

/** Rejects while the two do not belong together: then the mount is just being changed. */
export async function readCertificate(files: CertificateFiles): Promise<CertificateFiles> {
  const [cert, key] = await Promise.all([readFile(files.cert, "utf8"), readFile(files.key, "utf8")]);
  createSecureContext({ cert, key });
  return { cert, key };
}
