// A cloud for stories about the roles as processes: a control plane, OVN's databases, and operator, API and webhook as the story starts them.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type DatabaseServer,
  northboundSchema,
  southboundSchema,
  startDatabaseServer,
} from "../../clients/ovsdb/testing/database-server.ts";
import { systemNamespace } from "../../domain/id.ts";
import { Namespace, Secret, ValidatingWebhookConfiguration } from "../kube/core-kinds.ts";
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "./control-plane.ts";
import { type RoleName, type RoleOptions, type RoleProcess, startRole } from "./roles.ts";
import { login } from "./writer.ts";

const root = join(import.meta.dirname, "../..");
const mainProgram = join(root, "main.ts");
/** The engines' kinds without engines: nobody makes what objects ask for. */
const engineKinds = join(root, "standalone/engine-crds");

export type CloudRole = Partial<Pick<RoleOptions, "program" | "kubeconfig" | "env" | "settings">>;

export class RoleCloud {
  readonly plane: ControlPlane;
  readonly roles: RoleProcess[] = [];
  /** OVN's, northbound and southbound. */
  readonly databases: readonly DatabaseServer[];

  private constructor(plane: ControlPlane, databases: readonly DatabaseServer[]) {
    this.plane = plane;
    this.databases = databases;
  }

  static async start(options: ControlPlaneOptions = {}): Promise<RoleCloud> {
    const plane = await startControlPlane({ crds: [engineKinds], ...options });
    const databases = [await startDatabaseServer(northboundSchema), await startDatabaseServer(southboundSchema)];
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
    await plane.client.create(ValidatingWebhookConfiguration, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "kumulus" }, // its content is the webhook's
    });
    mkdirSync(join(plane.directory, "images"), { recursive: true });
    return new RoleCloud(plane, databases);
  }

  /** Runs from the sources, unless `program` is another one. */
  async run(name: RoleName, options: CloudRole = {}): Promise<RoleProcess> {
    const [northbound = "", southbound = ""] = this.databases.map(({ remote }) => remote);
    const { directory, kubeconfig } = this.plane;
    const role = await startRole(name, { program: mainProgram, directory, kubeconfig, northbound, southbound, ...options });
    this.roles.push(role);
    return role;
  }

  /** Users, flavors and a volume type, as `helm install` makes them. */
  async fill(api: RoleProcess, program = mainProgram): Promise<void> {
    const file = join(this.plane.directory, "bootstrap.json");
    const volumeType = { name: "local", storageClassName: "local" };
    writeFileSync(file, JSON.stringify({ apiURL: api.healthURL, region: "RegionOne", volumeType }));
    const env = { ...process.env, KUBECONFIG: this.plane.kubeconfig };
    await promisify(execFile)(process.execPath, [program, "bootstrap", "--config", file], { env });
  }

  /** A token of a user of the bootstrap, from one API process. */
  async token(api: RoleProcess, user = "demo"): Promise<string> {
    const access = await this.plane.client.get(Secret, { name: "kumulus-clouds", namespace: systemNamespace });
    return login(api.healthURL, user, Buffer.from(access.data?.[user] ?? "", "base64").toString());
  }

  /** The last lines of each process, for a failure's message. */
  logs(): string {
    return this.roles.map((role) => role.log().slice(-3000)).join("\n");
  }

  async stop(): Promise<void> {
    for (const role of this.roles) await role.stop();
    for (const database of this.databases) await database.stop();
    await this.plane.stop();
  }
}
