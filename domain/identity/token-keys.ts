// How the keys that sign tokens are kept in their Secret.

/** Name of the Secret in the system namespace. */
export const tokenKeysSecret = "token-keys";
/** The key of its data: a JSON array. */
export const tokenKeysField = "keys.json";

export interface StoredTokenKey {
  kid: string;
  /** 32 bytes in base64. */
  seed: string;
  /** RFC 3339. */
  createdAt: string;
}

/** `data` of the Secret. */
export function readTokenKeys(data: Record<string, string> | undefined): StoredTokenKey[] {
  const text = data?.[tokenKeysField];
  return text ? (JSON.parse(Buffer.from(text, "base64").toString("utf8")) as StoredTokenKey[]) : [];
}

export const tokenKeysData = (keys: readonly StoredTokenKey[]): Record<string, string> => ({
  [tokenKeysField]: Buffer.from(JSON.stringify(keys)).toString("base64"),
});

/** The keys of both, oldest first: the last one signs. */
export function unitedTokenKeys(some: readonly StoredTokenKey[], others: readonly StoredTokenKey[]): StoredTokenKey[] {
  const byId = new Map([...some, ...others].map((key) => [key.kid, key]));
  return [...byId.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}
