// What the doctor knows of the roles' rights; the rights themselves are in cli/generated/needs.ts.

export const roleNames = ["operator", "api", "webhook"] as const;
export type RoleName = (typeof roleNames)[number];

/** Verbs on one resource, with its subresource, in the system namespace at least. */
export interface Need {
  group: string;
  resource: string;
  verbs: readonly string[];
}
