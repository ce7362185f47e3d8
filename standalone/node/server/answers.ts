// Answers as virt-api gives them: empty bodies, and Kubernetes Status objects with its own words.

export interface Answer {
  code: number;
  body?: unknown;
  contentType?: string;
}

const reasons: Record<number, string> = { 400: "BadRequest", 404: "NotFound", 409: "Conflict", 500: "InternalError" };

export const done = (code: 200 | 202): Answer => ({ code });

export function refusal(code: 400 | 404 | 409 | 500, message: string): Answer {
  return { code, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason: reasons[code], code } };
}

type Resource = "virtualmachine" | "virtualmachineinstance";

export const notFound = (resource: Resource, name: string) => refusal(404, `${resource}.kubevirt.io "${name}" not found`);
export const conflict = (resource: Resource, name: string, words: string) =>
  refusal(409, `Operation cannot be fulfilled on ${resource}.kubevirt.io "${name}": ${words}`);
export const underway = () => refusal(500, "Internal error occurred: unable to complete request: stop/start already underway");
