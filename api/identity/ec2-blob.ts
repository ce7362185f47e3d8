// The blob of an EC2 credential: JSON with the pair of keys, and what its tokens are for where it was made by delegation. Pure.

export interface EC2Blob {
  readonly access: string;
  /** Missing where only a front end of its own knows it. */
  readonly secret?: string;
  readonly trust_id?: string;
  readonly app_cred_id?: string;
  readonly access_token_id?: string;
}

const keys = ["access", "secret", "trust_id", "app_cred_id", "access_token_id"] as const;

/** Undefined for what is no such blob. An empty text or null counts as not there. */
export function readEC2Blob(text: string | undefined): EC2Blob | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value !== "object" || value === null) return undefined;
    const entries = keys.map((key) => [key, (value as Record<string, unknown>)[key]] as const);
    const texts = entries.filter(([, each]) => typeof each === "string" && each !== "");
    const blob = Object.fromEntries(texts) as Partial<EC2Blob>;
    return blob.access === undefined ? undefined : { ...blob, access: blob.access };
  } catch {
    return undefined;
  }
}
