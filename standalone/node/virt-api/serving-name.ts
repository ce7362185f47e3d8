// The name by which kube-apiserver calls the aggregated API: it must be in the serving certificate.
import { systemNamespace } from "../../../domain/id.ts";

export const serviceName = "virt-api";
export const servingName = `${serviceName}.${systemNamespace}.svc`;
