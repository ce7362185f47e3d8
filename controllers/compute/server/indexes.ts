// How the Server controller finds what belongs to a server, and which servers a change concerns.
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { instanceName, serverLabel } from "../../../domain/compute/names.ts";
import { imageAnnotation } from "../../../domain/image/golden.ts";
import { Flavor } from "../../../models/compute/flavor.ts";
import { KeyPair } from "../../../models/compute/key-pair.ts";
import { Server } from "../../../models/compute/server.ts";
import { ServerAction } from "../../../models/compute/server-action.ts";
import { Image } from "../../../models/image/image.ts";
import type { KubeObject } from "../../../models/kind.ts";
import { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Port } from "../../../models/network/port.ts";
import { Volume } from "../../../models/volume/volume.ts";
import { VolumeType } from "../../../models/volume/volume-type.ts";
import type { Caches } from "../../../operator/contract.ts";
import { index, watch } from "../../../operator/controller/define-controller.ts";

/** Value of an index that leads to an object of a namespace. */
export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;
const keyOfObject = ({ metadata }: KubeObject): string => keyOf(metadata.namespace, metadata.name);

export const serverIndexes = [
  index(Server, "image", ({ spec, metadata }) =>
    spec.imageRef ? [keyOf(spec.imageRef.namespace ?? metadata.namespace, spec.imageRef.name)] : [],
  ),
  index(Server, "flavor", ({ spec }) => [spec.flavorRef.name]),
  index(Server, "keyPair", ({ spec, metadata }) =>
    spec.keyPairRef ? [keyOf(spec.keyPairRef.namespace ?? metadata.namespace, spec.keyPairRef.name)] : [],
  ),
  index(Server, "volume", ({ spec, status, metadata }) =>
    [...new Set([...(spec.volumes ?? []), ...(status?.volumes ?? [])].map(({ name }) => name))].map((name) =>
      keyOf(metadata.namespace, name),
    ),
  ),
  index(Server, "port", ({ spec, status, metadata }) => {
    const named = (spec.networks ?? []).flatMap(({ portRef }) => (portRef ? [portRef.name] : []));
    const shown = (status?.addresses ?? []).flatMap(({ port }) => (port ? [port] : []));
    return [...new Set([...named, ...shown])].map((name) => keyOf(metadata.namespace, name));
  }),
  index(Server, "instance", ({ metadata }) => [keyOf(metadata.namespace, instanceName(metadata.name))]),
  index(Port, "server", ({ metadata }) =>
    metadata.labels?.[serverLabel] ? [keyOf(metadata.namespace, metadata.labels[serverLabel])] : [],
  ),
  index(FloatingIP, "port", ({ spec, metadata }) => (spec.portRef ? [keyOf(metadata.namespace, spec.portRef.name)] : [])),
  index(ServerAction, "server", ({ spec, metadata }) => [keyOf(metadata.namespace, spec.serverRef.name)]),
];

const servers = (caches: Caches, name: string, value: string) => caches.of(Server).byIndex(name, value);
const keys = (found: readonly Server[]) => found.map(({ metadata }) => metadata);

/** Only servers that are still being built wait for images, flavors, keys and volume types: others would be woken for nothing. */
const building = (found: readonly Server[]) => keys(found.filter(({ status }) => status?.phase === undefined || status.phase === "BUILD"));

export const serverWatches = [
  watch(VirtualMachine, (vm, caches) => keys(servers(caches, "instance", keyOfObject(vm)))),
  watch(VirtualMachineInstance, (vmi, caches) => keys(servers(caches, "instance", keyOfObject(vmi)))),
  watch(Port, (port, caches) => keys(servers(caches, "port", keyOfObject(port)))),
  watch(FloatingIP, ({ spec, metadata }, caches) =>
    spec.portRef ? keys(servers(caches, "port", keyOf(metadata.namespace, spec.portRef.name))) : [],
  ),
  watch(Volume, (volume, caches) => keys(servers(caches, "volume", keyOfObject(volume)))),
  watch(ServerAction, ({ spec, metadata }) => [
    { name: spec.serverRef.name, ...(metadata.namespace && { namespace: metadata.namespace }) },
  ]),
  watch(DataVolume, ({ metadata }, caches) => {
    const image = metadata.annotations?.[imageAnnotation];
    return image === undefined ? [] : building(servers(caches, "image", keyOf(metadata.namespace, image)));
  }),
  watch(Image, (image, caches) => building(servers(caches, "image", keyOfObject(image)))),
  watch(Flavor, ({ metadata }, caches) => building(servers(caches, "flavor", metadata.name))),
  watch(KeyPair, (keyPair, caches) => building(servers(caches, "keyPair", keyOfObject(keyPair)))),
  watch(VolumeType, (_type, caches) => building(caches.of(Server).list())),
];
