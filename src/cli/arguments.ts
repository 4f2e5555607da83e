import { InvalidArgumentError } from "commander";
import type { ReadFrom } from "../client/index.ts";
import type { Offset } from "../shared/index.ts";
import { parseCheckpoint } from "./checkpoint/position.ts";

/** A header as `--header` takes it. */
export type Header = readonly [name: string, value: string];

const SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads the URL of a stream.
 *
 * @throws InvalidArgumentError, as all of these do for what they cannot read; the parser makes a usage error of it.
 */
export function parseUrl(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError("It is no absolute URL.");
  const { protocol, username, password, href } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:")
    throw new InvalidArgumentError("A stream is at http:// or https://.");
  // Shells keep histories, and servers logs, of URLs.
  if (username !== "" || password !== "") throw new InvalidArgumentError("Credentials go into STREAM_AUTH.");
  return href;
}

/** Reads a whole number from 0. */
export function parseCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw new InvalidArgumentError("It takes a whole number from 0.");
  return count;
}

/** Reads a whole number from 1. */
export function parseLimit(text: string): number {
  const limit = parseCount(text);
  if (limit === 0) throw new InvalidArgumentError("It takes a whole number from 1.");
  return limit;
}

/** Reads a lifetime: seconds, or a number with `s`, `m`, `h` or `d`. @returns Seconds. */
export function parseDuration(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)([smhd]?)$/.exec(text) ?? [];
  const seconds = digits === "" ? Number.NaN : Number(digits) * (SECONDS[unit] ?? Number.NaN);
  if (!Number.isSafeInteger(seconds))
    throw new InvalidArgumentError("It takes seconds, or a time such as 90s, 15m, 24h, 7d.");
  return seconds;
}

/** Reads a date. */
export function parseDate(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError("It takes a date such as 2030-01-31T12:00:00Z.");
  return date;
}

/** Adds one value to those of an option that may be given several times. */
export function collect<T>(
  parse: (text: string) => T,
): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before = []) => [...before, parse(text)];
}

/** Reads a header as `curl` takes it. */
export function parseHeader(text: string): Header {
  const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/s.exec(text) ?? [];
  try {
    new Headers([[name, value]]);
  } catch {
    throw new InvalidArgumentError("It takes 'Name: value'.");
  }
  return [name, value];
}

/** What no offset contains, so that it can stand in a query (PROTOCOL.md §8). */
function isOffset(text: string): text is Offset {
  return /^[^,&=?/\s]+$/.test(text);
}

/** Reads where to begin: `start`, `now`, an offset, or a checkpoint as `--json` prints it. */
export function parseFrom(text: string): ReadFrom {
  if (text === "start" || text === "now") return text;
  const from = text.startsWith("{") ? parseCheckpoint(text) : isOffset(text) ? text : undefined;
  if (from === undefined) throw new InvalidArgumentError("It takes start, now, an offset, or a checkpoint.");
  return from;
}
