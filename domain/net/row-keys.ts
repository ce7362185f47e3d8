// How a row in OVN says which object it is made for: keys in its `external_ids`.

/** The object that a row is made for. */
export interface RowOwner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const kindKey = "kumulus:kind";
const namespaceKey = "kumulus:namespace";
const nameKey = "kumulus:name";

export const ownerKeys = ({ kind, namespace, name }: RowOwner): Record<string, string> => ({
  [kindKey]: kind,
  [namespaceKey]: namespace,
  [nameKey]: name,
});

/** Undefined for a row that is not ours. */
export function ownerInKeys({
  [kindKey]: kind,
  [namespaceKey]: namespace,
  [nameKey]: name,
}: Readonly<Record<string, string>>): RowOwner | undefined {
  return kind === undefined || namespace === undefined || name === undefined ? undefined : { kind, namespace, name };
}
