// What the volume API reads and writes: the stores with their indexes, and the look-ups that its views share.
import { displayNameOf, idOf } from "../../domain/id.ts";
import { Server } from "../../models/compute/server.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Image } from "../../models/image/image.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { Auth } from "../http/auth.ts";
import type { Store, Stores } from "../http/store.ts";
import { ProjectLimits } from "../project-limits.ts";

export interface VolumeWorld {
  readonly volumes: Store<Volume>;
  readonly types: Store<VolumeType>;
  readonly servers: Store<Server>;
  readonly images: Store<Image>;
  readonly tenants: Store<Tenant>;
  readonly limits: ProjectLimits;
  projectOf(namespace: string | undefined): string;
  /** Servers whose spec has the volume. */
  holders(volume: Volume): readonly Server[];
  /** The volume's type, the default one where it names none. */
  typeOf(volume: Volume): VolumeType | undefined;
  /** By id or display name, among those that the project may use. */
  findType(text: string): VolumeType | undefined;
}

const key = (namespace: string | undefined, name: string) => `${namespace ?? ""}/${name}`;

export function volumeWorld(stores: Stores): VolumeWorld {
  const [volumes, types, servers] = [stores.of(Volume), stores.of(VolumeType), stores.of(Server)];
  const [images, tenants] = [stores.of(Image), stores.of(Tenant)];
  servers.cache.addIndex("volume", ({ spec, status, metadata }) =>
    [...new Set([...(spec.volumes ?? []), ...(status?.volumes ?? [])].map(({ name }) => name))].map((name) =>
      key(metadata.namespace, name),
    ),
  );
  tenants.cache.addIndex("namespace", ({ status }) => (status?.namespace ? [status.namespace] : []));
  return {
    volumes,
    types,
    servers,
    images,
    tenants,
    limits: new ProjectLimits(stores),
    projectOf: (namespace) => {
      const tenant = namespace === undefined ? undefined : tenants.byIndex("namespace", namespace)[0];
      return tenant ? idOf(tenant) : "";
    },
    holders: ({ metadata }) =>
      servers
        .byIndex("volume", key(metadata.namespace, metadata.name))
        .filter(({ spec }) => spec.volumes?.some(({ name }) => name === metadata.name)),
    typeOf: ({ spec }) => (spec.volumeTypeRef ? types.get(spec.volumeTypeRef.name) : defaultType(types.list())),
    findType: (text) => types.byIndex("id", text)[0] ?? types.list().find((type) => displayNameOf(type) === text),
  };
}

export const defaultType = (types: readonly VolumeType[]): VolumeType | undefined => types.find(({ spec }) => spec.isDefault);

/** Types have no list of projects yet: one that is not public is for administrators. */
export const mayUseType = ({ spec }: VolumeType, auth: Auth): boolean => auth.isAdmin || spec.isPublic !== false;
