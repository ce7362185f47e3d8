-- Generated from gitops/argocd/health.lua by `npm run generate`; do not edit.
-- Health of Kumulus' objects for Argo CD, from the condition Ready that their controllers write. Reasons that are not listed pass by themselves.
local healthOf = {
  -- Somebody must change the object, or what it needs.
  AddressInUse = "Degraded",
  ExternalNetworkNotReachable = "Degraded",
  Failed = "Degraded",
  GatewayConflictWithAllocationPools = "Degraded",
  GuestStopped = "Degraded",
  Invalid = "Degraded",
  InvalidAddress = "Degraded",
  InvalidAllocationPool = "Degraded",
  InvalidInput = "Degraded",
  InvalidKey = "Degraded",
  Killed = "Degraded",
  MACInUse = "Degraded",
  NameInvalid = "Degraded",
  NameReserved = "Degraded",
  NamespaceTaken = "Degraded",
  NoFreeAddress = "Degraded",
  NotImplemented = "Degraded",
  OutOfBoundsAllocationPool = "Degraded",
  OverQuota = "Degraded",
  Overlap = "Degraded",
  OverlappingAllocationPools = "Degraded",
  -- Nothing is wrong, but it stays so until a person acts through the API.
  Deactivated = "Suspended",
  Paused = "Suspended",
  Queued = "Suspended",
  -- It is what the spec asks for.
  Disabled = "Healthy",
}

local function ready()
  for _, condition in ipairs((obj.status or {}).conditions or {}) do
    if condition.type == "Ready" then
      return condition
    end
  end
end

local condition = ready()
if condition == nil then
  return { status = "Progressing", message = "Waiting for the controller's first look" }
end
if (condition.observedGeneration or 0) < (obj.metadata.generation or 0) then
  return { status = "Progressing", message = "Waiting for the controller to see the newest spec" }
end
if condition.status == "True" then
  return { status = "Healthy", message = condition.message }
end
return { status = healthOf[condition.reason] or "Progressing", message = condition.message }
