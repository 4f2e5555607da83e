import { parseDecimal } from "./decimal.ts";

/** The largest TTL in seconds whose milliseconds are still a safe integer. */
const MAX_TTL_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Reads a `Stream-TTL` value (§5.1).
 *
 * @param value The header's value.
 * @returns Seconds, 0 to 9,007,199,254,740; `null` when it has a sign, leading zeros, a point, an exponent, or is larger.
 *
 * @example
 * ```ts
 * validateTTL("3600"); // 3600
 * validateTTL("03600"); // null
 * ```
 */
export function validateTTL(value: string): number | null {
  return parseDecimal(value, MAX_TTL_SECONDS);
}

/**
 * Reads a `Stream-Fork-Sub-Offset` value (§4.2).
 *
 * @param value The header's value.
 * @returns Messages (JSON) or bytes (anything else), 0 to 2^53 - 1; `null` when it is not a plain decimal integer.
 *
 * @example
 * ```ts
 * validateForkSubOffset("2"); // 2
 * ```
 */
export function validateForkSubOffset(value: string): number | null {
  return parseDecimal(value);
}

/** Leap seconds are only ever inserted at the end of June or December, in UTC. */
function followsLeapSecond(instant: Date): boolean {
  const month = instant.getUTCMonth();
  return instant.getTime() % DAY_MS === 0 && instant.getUTCDate() === 1 && (month === 0 || month === 6);
}

/**
 * Reads a `Stream-Expires-At` value (§5.1): an RFC 3339 date and time with a zone, and nothing that is merely close.
 *
 * Dates must exist (`2025-02-30` does not). Digits below a millisecond are dropped. A leap second is accepted where one
 * can be, `23:59:60` UTC at the end of June or December, and means the first instant after it, as in Unix time.
 *
 * @param value The header's value.
 * @returns The instant, or `null`.
 *
 * @example
 * ```ts
 * validateExpiresAt("2030-01-01T02:00:00+02:00"); // 2030-01-01T00:00:00.000Z
 * validateExpiresAt("2030-01-01"); // null
 * ```
 */
export function validateExpiresAt(value: string): Date | null {
  const match = RFC_3339.exec(value);
  if (match === null) return null;
  const [, years, months, days, hours, minutes, seconds, fraction = "", sign, zoneHours = "0", zoneMinutes = "0"] =
    match;
  const [year, month, day, hour, minute, second] = [years, months, days, hours, minutes, seconds].map(Number);
  const [zoneHour, zoneMinute] = [Number(zoneHours), Number(zoneMinutes)];
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return null;

  const instant = new Date(0);
  // `Date.UTC` moves years below 100 to 19xx; this setter does not.
  instant.setUTCFullYear(year, month - 1, day);
  // A day or month that does not exist rolls over into the next one.
  if (instant.getUTCMonth() !== month - 1 || instant.getUTCDate() !== day) return null;
  instant.setUTCHours(hour, minute, second, second === 60 ? 0 : Number(fraction.slice(0, 3).padEnd(3, "0")));
  const zone = (zoneHour * 60 + zoneMinute) * MINUTE_MS;
  instant.setTime(instant.getTime() - (sign === "-" ? -zone : zone));
  // A zone can move it into a year that has more or less than four digits, and could not be written down again.
  if (instant.getUTCFullYear() < 0 || instant.getUTCFullYear() > 9999) return null;
  return second === 60 && !followsLeapSecond(instant) ? null : instant;
}
