const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/**
 * Reads a non-negative decimal integer as the protocol's headers write one: digits only, no sign, no leading zeros.
 *
 * @param value Any string.
 * @param max The largest value allowed; 2^53 - 1 unless given.
 * @returns The number, or `null` when the string is anything else.
 */
export function parseDecimal(value: string, max: number = Number.MAX_SAFE_INTEGER): number | null {
  if (!DECIMAL.test(value)) return null;
  const number = Number(value);
  return number <= max ? number : null;
}
