import type { Checkpoint } from "../../client/index.ts";
import type { Message } from "../connection.ts";
import type { Kind } from "../kind.ts";

/** Line ends in JSON stand between tokens only, where a space is as good: strings hold them escaped. */
function onOneLine(json: string): string {
  return json.replace(/[\r\n]+/g, " ");
}

/**
 * What messages that arrived together are on the standard output: JSON messages a line each, text and bytes as they are.
 *
 * @param messages Of a stream of this kind.
 */
export function plain(messages: readonly Message[], kind: Kind): Uint8Array {
  if (kind === "json") return Buffer.from(messages.map((message) => `${onOneLine(String(message))}\n`).join(""));
  return Buffer.concat(messages.map((message) => (typeof message === "string" ? Buffer.from(message) : message)));
}

/**
 * A message in an envelope, with the position behind it: one line of JSON. Text is a string, bytes are in base64.
 *
 * @param message Of a stream of this kind.
 * @param checkpoint Where to go on to get the next one.
 */
export function enveloped(message: Message, kind: Kind, checkpoint: Checkpoint | undefined): string {
  const content =
    kind === "json"
      ? `"message":${onOneLine(String(message))}`
      : typeof message === "string"
        ? `"message":${JSON.stringify(message)}`
        : `"base64":${JSON.stringify(Buffer.from(message).toString("base64"))}`;
  return `{${content},"checkpoint":${JSON.stringify(checkpoint ?? null)}}\n`;
}
