/** One line of the table. */
export interface Figure {
  /** What was measured. */
  readonly name: string;
  /** What came out, with its unit. */
  readonly value: string;
  /** What it has to keep to, if anything. */
  readonly bound?: string;
  /** Whether it does. */
  readonly holds?: boolean;
}

/** Bytes in a MB, here and in every bound. */
export const MB = 1_000_000;

/** A number of bytes that must stay below a bound. */
export function bytesBelow(name: string, bytes: number, bound: number): Figure {
  return { name, value: inMB(bytes), bound: `< ${inMB(bound, 0)}`, holds: bytes < bound };
}

/** How many times the second number the first one is. */
export function ratio(name: string, [value, base]: readonly [number, number], unit: string): Figure {
  return { name, value: `${(value / base).toFixed(2)} ×  (${value.toFixed(3)} / ${base.toFixed(3)} ${unit})` };
}

const inMB = (bytes: number, digits = 1): string => `${(bytes / MB).toFixed(digits)} MB`;
