// Kubernetes quantities of bytes.
import { bytesPerGiB } from "../image/min-disk.ts";

const factors: Record<string, number> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: bytesPerGiB,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
};

/** Bytes of a quantity such as `1Gi`, `1073741824` or `1e9`; NaN for other text. */
export function quantityBytes(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?(?:[eE]\d+)?)([kMGTP]|[KMGTP]i)?$/.exec(text) ?? [];
  const factor = factors[unit];
  return number === undefined || factor === undefined ? Number.NaN : Number(number) * factor;
}

/** Whole GiB that a quantity of bytes holds. */
export const quantityGiB = (text: string): number => Math.floor(quantityBytes(text) / bytesPerGiB);

export const gibibytes = (sizeGiB: number): string => `${sizeGiB}Gi`;
