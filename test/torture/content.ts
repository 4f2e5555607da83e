import type { ContentKind } from "./program.ts";

/**
 * What a stream holds, as this harness sees it: a string with a character for each byte. A JSON message stands for
 * itself and a line feed, which no message here contains; so a boundary is easy to see, and nobody has to know how a
 * server keeps messages apart.
 */
export type Content = string;

const encoder = new TextEncoder();

/** The bytes as a string with a character for each. */
export function fromBytes(bytes: Uint8Array): Content {
  let content = "";
  for (let at = 0; at < bytes.length; at += 8192) content += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return content;
}

function toBytes(content: Content): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.length);
  for (let at = 0; at < content.length; at++) bytes[at] = content.charCodeAt(at);
  return bytes;
}

/** A unit: the smallest thing that is written whole. Its name makes it unlike any other. */
export function unit(kind: ContentKind, name: string, padding: number): Content {
  switch (kind) {
    case "json":
      return `{"u":"${name}","n":12345678901234567890,"p":"${",]".repeat(padding / 2)}"}\n`;
    case "text":
      return fromBytes(encoder.encode(`<${name}:${"é".repeat(padding / 2)}>`));
    case "bytes":
      return `<${name}:${"\xff\x00".repeat(padding / 2)}>`;
  }
}

/** The names of the units in a content, whole or not, in order. */
export function unitNames(kind: ContentKind, content: Content): string[] {
  const pattern = kind === "json" ? /\{"u":"([^"]*)"/g : /<([^<:>]*):/g;
  return Array.from(content.matchAll(pattern), ([, name = ""]) => name);
}

/** The body that writes a content. */
export function bodyOf(kind: ContentKind, content: Content): Uint8Array<ArrayBuffer> {
  if (kind !== "json") return toBytes(content);
  const messages = content.split("\n").slice(0, -1);
  const [only] = messages;
  // The messages are ASCII.
  return toBytes(messages.length === 1 && only !== undefined ? only : `[${messages.join(",")}]`);
}

/**
 * The content of a body that a server sent.
 *
 * @throws Error for what is no JSON array of messages as they were written, byte for byte.
 */
export function contentOf(kind: ContentKind, body: Uint8Array): Content {
  if (kind !== "json" || body.length === 0) return fromBytes(body);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  const messages = text === "[]" ? [] : text.slice(1, -1).split(/(?<=\}),(?=\{)/);
  if (`[${messages.join(",")}]` !== text) throw new Error(`Not an array of messages: ${text}`);
  for (const message of messages) JSON.parse(message);
  return messages.map((message) => `${message}\n`).join("");
}

/** The position that lies so many messages (of JSON) or bytes behind another one; `undefined` beyond the end. */
export function advance(kind: ContentKind, content: Content, from: number, by: number): number | undefined {
  if (kind !== "json") return from + by <= content.length ? from + by : undefined;
  let position = from;
  for (let left = by; left > 0; left--) {
    const end = content.indexOf("\n", position);
    if (end === -1) return undefined;
    position = end + 1;
  }
  return position;
}
