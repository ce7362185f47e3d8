// The finalizers of our kinds. A controller sets its own; whoever makes an object may set it at once and so save the controller that write.

export const finalizers = Object.freeze({
  domain: "identity.kumulus.cloud/domain",
  group: "identity.kumulus.cloud/group",
  tenant: "identity.kumulus.cloud/tenant",
  server: "compute.kumulus.cloud/server",
  image: "image.kumulus.cloud/image",
  volume: "volume.kumulus.cloud/volume",
  network: "network.kumulus.cloud/network",
  subnet: "network.kumulus.cloud/subnet",
  port: "network.kumulus.cloud/port",
  router: "network.kumulus.cloud/router",
  floatingIP: "network.kumulus.cloud/floating-ip",
  securityGroup: "network.kumulus.cloud/security-group",
});
