// Allocation pools: the ranges of a subnet from which addresses are picked, and the picking.
import { type Address, type Cidr, formatAddress, parseAddress } from "./address.ts";

/** Both ends included. */
export interface Pool {
  readonly first: bigint;
  readonly last: bigint;
}

export interface PoolText {
  readonly start: string;
  readonly end: string;
}

/** The gateway where the user names none: the first address after the network's own; of a single address that one. */
export function defaultGateway(cidr: Cidr): bigint {
  return cidr.first === cidr.last ? cidr.first : cidr.first + 1n;
}

/** All that hosts may have (no network address, in IPv4 no broadcast address), less the gateway. A range of two has none, as in Neutron. */
export function defaultPools(cidr: Cidr, gateway: bigint | undefined): Pool[] {
  if (cidr.first === cidr.last) return [{ first: cidr.first, last: cidr.last }];
  const first = cidr.first + 1n;
  const last = cidr.version === 4 ? cidr.last - 1n : cidr.last;
  if (gateway === undefined || gateway < first || gateway > last) return first < last ? [{ first, last }] : [];
  if (first >= last) return [];
  const halves = [
    { first, last: gateway - 1n },
    { first: gateway + 1n, last },
  ];
  return halves.filter((pool) => pool.first <= pool.last);
}

/** Undefined when an end is no address of the subnet's version. Order of the ends is not checked here. */
export function parsePool(cidr: Cidr, { start, end }: PoolText): Pool | undefined {
  const [first, last] = [parseAddress(start), parseAddress(end)];
  if (first?.version !== cidr.version || last?.version !== cidr.version) return undefined;
  return { first: first.value, last: last.value };
}

export const formatPool = (cidr: Cidr, pool: Pool): PoolText => ({
  start: formatAddress(cidr.version, pool.first),
  end: formatAddress(cidr.version, pool.last),
});

export const inPools = (pools: readonly Pool[], value: bigint): boolean => pools.some((pool) => value >= pool.first && value <= pool.last);

/** How many addresses the pools hold. */
export function poolSize(pools: readonly Pool[]): bigint {
  return pools.reduce((sum, pool) => sum + (pool.last - pool.first + 1n), 0n);
}

function nth(pools: readonly Pool[], position: bigint): bigint {
  let rest = position;
  for (const pool of pools) {
    const size = pool.last - pool.first + 1n;
    if (rest < size) return pool.first + rest;
    rest -= size;
  }
  throw new RangeError(`position ${position} is beyond the pools`);
}

const resolution = 2 ** 48;

/**
 * A free address of the pools, undefined when all are used. `random` (0 ≤ random < 1) says where the search starts: parallel allocators with
 * different numbers seldom meet. Asks `isUsed` at most once more than there are used addresses after that place.
 */
export function pickAddress(pools: readonly Pool[], isUsed: (value: bigint) => boolean, random: number): bigint | undefined {
  const size = poolSize(pools);
  const start = (size * BigInt(Math.floor(random * resolution))) / BigInt(resolution);
  for (let i = 0n; i < size; i++) {
    const value = nth(pools, (start + i) % size);
    if (!isUsed(value)) return value;
  }
  return undefined;
}

/** Whether a host may have this address: not the network's own, nor IPv4's broadcast address. */
export function isHostAddress(cidr: Cidr, address: Address): boolean {
  if (address.version !== cidr.version || address.value < cidr.first || address.value > cidr.last) return false;
  const hostBits = (cidr.version === 4 ? 32 : 128) - cidr.prefix;
  if (hostBits <= 1) return true;
  return address.value !== cidr.first && !(cidr.version === 4 && address.value === cidr.last);
}
