// The rules of all kinds.
import { flavorRules } from "./compute/flavor.ts";
import { keyPairRules } from "./compute/key-pair.ts";
import { serverRules } from "./compute/server.ts";
import { tenantRules } from "./identity/tenant.ts";
import { uniqueNameRules } from "./identity/unique-name.ts";
import { imageRules } from "./image/image.ts";
import { floatingIPRules } from "./network/floating-ip.ts";
import { networkRules } from "./network/network.ts";
import { portRules } from "./network/port.ts";
import { routerRules } from "./network/router.ts";
import { securityGroupRules } from "./network/security-group.ts";
import { subnetRules } from "./network/subnet.ts";
import { volumeRules } from "./volume/volume.ts";
import { volumeTypeRules } from "./volume/volume-type.ts";

export const allRules = Object.freeze([
  flavorRules,
  keyPairRules,
  serverRules,
  ...uniqueNameRules,
  tenantRules,
  imageRules,
  networkRules,
  subnetRules,
  portRules,
  routerRules,
  floatingIPRules,
  securityGroupRules,
  volumeRules,
  volumeTypeRules,
]);
