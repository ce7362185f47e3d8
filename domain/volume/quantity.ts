// Kubernetes quantities of bytes.
import { bytesPerGiB } from "../image/min-disk.ts";

const factors: Record<string, number> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  m: 1e-3,
};

/** Bytes of a quantity such as "10Gi", "1.5G", "1e9" or 1024, rounded up; undefined when it is none. */
export function bytesOf(quantity: string | number | undefined): number | undefined {
  const found = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]{0,2})$/.exec(String(quantity ?? ""));
  const factor = factors[found?.[2] ?? "?"];
  const value = Number(found?.[1]);
  return factor === undefined || Number.isNaN(value) ? undefined : Math.ceil(value * factor);
}

/** The shortest exact form with a binary suffix: 1073741824 is "1Gi", 1000 is "1000". */
export function quantityOf(bytes: number): string {
  for (const suffix of ["Ti", "Gi", "Mi", "Ki"]) {
    const factor = factors[suffix] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  }
  return String(bytes);
}

/** Whole GiB that a quantity of bytes holds; NaN for other text. */
export const quantityGiB = (text: string): number => Math.floor((bytesOf(text) ?? Number.NaN) / bytesPerGiB);

export const gibibytes = (sizeGiB: number): string => `${sizeGiB}Gi`;
