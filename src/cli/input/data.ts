import type { Message } from "../connection.ts";
import { InvalidInputError } from "../errors.ts";
import type { Kind } from "../kind.ts";

/** Why a text is no JSON; `undefined` when it is. */
export function whyNotJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // Some engines add a line and a column of their own, which are not the input's.
    return error instanceof Error ? error.message.replace(/ \(line \d+ column \d+\)$/, "") : String(error);
  }
}

/**
 * A message typed on the command line.
 *
 * @throws InvalidInputError when the stream holds JSON and this is none.
 */
export function messageOf(text: string, kind: Kind): Message {
  if (kind === "bytes") return new TextEncoder().encode(text);
  const why = kind === "json" ? whyNotJson(text) : undefined;
  if (why !== undefined) throw new InvalidInputError(`--data is not JSON, which the stream holds: ${why}`);
  return text;
}
