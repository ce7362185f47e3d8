// Generated from crds/ by `npm run generate`; do not edit.
import type { Kind } from "./kind.ts";
import { Flavor } from "./compute/flavor.ts";
import { KeyPair } from "./compute/key-pair.ts";
import { ServerAction } from "./compute/server-action.ts";
import { Server } from "./compute/server.ts";
import { AccessRule } from "./identity/access-rule.ts";
import { ApplicationCredential } from "./identity/application-credential.ts";
import { Credential } from "./identity/credential.ts";
import { Domain } from "./identity/domain.ts";
import { EndpointGroup } from "./identity/endpoint-group.ts";
import { Endpoint } from "./identity/endpoint.ts";
import { FederationMapping } from "./identity/federation-mapping.ts";
import { FederationProtocol } from "./identity/federation-protocol.ts";
import { Group } from "./identity/group.ts";
import { IdentityProvider } from "./identity/identity-provider.ts";
import { ImpliedRole } from "./identity/implied-role.ts";
import { Limit } from "./identity/limit.ts";
import { OAuthConsumer } from "./identity/oauth-consumer.ts";
import { PolicyFile } from "./identity/policy-file.ts";
import { Policy } from "./identity/policy.ts";
import { Region } from "./identity/region.ts";
import { RegisteredLimit } from "./identity/registered-limit.ts";
import { RoleAssignment } from "./identity/role-assignment.ts";
import { Role } from "./identity/role.ts";
import { Service } from "./identity/service.ts";
import { Tenant } from "./identity/tenant.ts";
import { TokenRevocation } from "./identity/token-revocation.ts";
import { Trust } from "./identity/trust.ts";
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
  AccessRule,
  ApplicationCredential,
  Credential,
  Domain,
  EndpointGroup,
  Endpoint,
  FederationMapping,
  FederationProtocol,
  Group,
  IdentityProvider,
  ImpliedRole,
  Limit,
  OAuthConsumer,
  PolicyFile,
  Policy,
  Region,
  RegisteredLimit,
  RoleAssignment,
  Role,
  Service,
  Tenant,
  TokenRevocation,
  Trust,
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
