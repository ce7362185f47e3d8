// The agent's own serving certificate, made once per instance and kept: whoever talks to it trusts exactly this one.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../clients/programs/run.ts";

export interface Certificate {
  cert: string;
  key: string;
}

const days = "3650";

/** One for each address that the machine has had. */
export async function ownCertificate(folder: string, address: string, names: readonly string[]): Promise<Certificate> {
  const [cert, key] = [join(folder, `node-${address}.crt`), join(folder, `node-${address}.key`)];
  if (!existsSync(cert) || !existsSync(key)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const subject = `subjectAltName=${[...names.map((name) => `DNS:${name}`), `IP:${address}`].join(",")}`;
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const files = ["-keyout", `${key}.next`, "-out", `${cert}.next`];
    await run("openssl", ["req", "-x509", ...curve, "-days", days, "-subj", "/CN=kumulus-node", "-addext", subject, ...files]);
    await rename(`${key}.next`, key);
    await rename(`${cert}.next`, cert);
  }
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}
