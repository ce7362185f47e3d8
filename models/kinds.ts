// Generated from crds/ by `npm run generate`; do not edit.
import type { Kind } from "./kind.ts";
import { Flavor } from "./compute/flavor.ts";
import { KeyPair } from "./compute/key-pair.ts";
import { ServerAction } from "./compute/server-action.ts";
import { Server } from "./compute/server.ts";
import { Domain } from "./identity/domain.ts";
import { PolicyFile } from "./identity/policy-file.ts";
import { RoleAssignment } from "./identity/role-assignment.ts";
import { Role } from "./identity/role.ts";
import { Tenant } from "./identity/tenant.ts";
import { TokenRevocation } from "./identity/token-revocation.ts";
import { User } from "./identity/user.ts";
import { Image } from "./image/image.ts";
import { FloatingIP } from "./network/floating-ip.ts";
import { IPAddress } from "./network/ip-address.ts";
import { Network } from "./network/network.ts";
import { Port } from "./network/port.ts";
import { Router } from "./network/router.ts";
import { SecurityGroup } from "./network/security-group.ts";
import { Subnet } from "./network/subnet.ts";
import { VolumeType } from "./volume/volume-type.ts";
import { Volume } from "./volume/volume.ts";

export const kumulusKinds: readonly Kind[] = [
  Flavor,
  KeyPair,
  ServerAction,
  Server,
  Domain,
  PolicyFile,
  RoleAssignment,
  Role,
  Tenant,
  TokenRevocation,
  User,
  Image,
  FloatingIP,
  IPAddress,
  Network,
  Port,
  Router,
  SecurityGroup,
  Subnet,
  VolumeType,
  Volume,
];
