// Answers of an aggregated API: Kubernetes' Status objects in KubeVirt's words.

/** A refusal. `text` ones are plain text instead of a Status, as KubeVirt answers some. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, reason: string, message: string, details: object = {}) {
    super(message);
    this.status = status;
    this.body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code: status };
  }
}

/** `resource` is singular: virtualmachine, virtualmachineinstance. */
export const notFound = (resource: string, name: string) =>
  new Refusal(404, "NotFound", `${resource}.kubevirt.io "${name}" not found`, { name, group: "kubevirt.io", kind: resource });

export const conflict = (resource: string, name: string, words: string) =>
  new Refusal(409, "Conflict", `Operation cannot be fulfilled on ${resource}.kubevirt.io "${name}": ${words}`, {
    name,
    group: "kubevirt.io",
    kind: resource,
  });

export const badRequest = (message: string) => new Refusal(400, "BadRequest", message);

export const internal = (words: string) => new Refusal(500, "InternalError", `Internal error occurred: ${words}`);
