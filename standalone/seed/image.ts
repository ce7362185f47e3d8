// Brings the guest image into a new cloud: the object through Kubernetes, the bytes through the Image API.
import { openAsBlob } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Passwords } from "../../bootstrap/identity.ts";
import { isCode } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { Image } from "../../models/image/image.ts";
import type { KubeClient } from "../../operator/contract.ts";
import type { InstanceConfig } from "../instance.ts";
import { guestImage } from "./offer.ts";

const timeoutMs = 60_000;

async function adminToken(config: InstanceConfig, password: string): Promise<string> {
  const domain = { id: "default" };
  const user = { name: "admin", password, domain };
  const auth = { identity: { methods: ["password"], password: { user } }, scope: { project: { name: "admin", domain } } };
  const response = await fetch(`${config.apiURL}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  const token = response.headers.get("x-subject-token");
  if (response.status !== 201 || !token) throw new Error(`login as admin: ${response.status} ${await response.text()}`);
  return token;
}

async function upload(config: InstanceConfig, id: string, path: string, password: string): Promise<void> {
  const response = await fetch(`${config.apiURL}/image/v2/images/${id}/file`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream", "x-auth-token": await adminToken(config, password) },
    body: await openAsBlob(path),
  });
  if (response.status !== 204) throw new Error(`upload of the guest image: ${response.status} ${await response.text()}`);
}

/** Repeats `attempt` while the API's cache and the controllers catch up with what was just made. */
async function eventually(attempt: () => Promise<void>): Promise<void> {
  for (const end = performance.now() + timeoutMs; ; await sleep(200)) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

/** An image whose upload was cut short is made anew: its object says that bytes are still coming. */
async function ensureObject(client: KubeClient): Promise<Image> {
  const { name, namespace } = guestImage.metadata;
  const key = { name, ...(namespace !== undefined && { namespace }) };
  try {
    const present = await client.get(Image, key);
    const phase = present.status?.phase ?? "queued";
    if (phase === "queued" || phase === "active") return present;
    await client.delete(Image, key);
  } catch (error) {
    if (!isCode(error, "NotFound")) throw error;
  }
  return client.create(Image, guestImage);
}

export async function seedImage(client: KubeClient, config: InstanceConfig, path: string, passwords: Passwords): Promise<void> {
  await eventually(async () => {
    const image = await ensureObject(client);
    if (image.status?.phase !== "active") await upload(config, idOf(image), path, passwords.admin);
  });
}
