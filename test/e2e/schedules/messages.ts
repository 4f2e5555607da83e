import type { Schedule } from "./schedule.ts";

type ContentType = Schedule["contentType"];

/** One message: who wrote it, and his how many-th it is. */
export interface Authorship {
  readonly name: string;
  readonly n: number;
}

/** What makes framing hard: brackets, escapes and separators in strings, characters of all lengths, emptiness. */
const PADDINGS = ["", '"]},{["\\', "ä€😀".repeat(9), " data: x\n\n", "]", "0".repeat(300)];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const paddingOf = (n: number): string => PADDINGS[n % PADDINGS.length] ?? "";

/** The n-th message of somebody. JSON messages are arrays, so that one taken for several would show. */
export function messageOf(contentType: ContentType, { name, n }: Authorship): unknown {
  if (contentType === "application/json") return [name, n, { text: paddingOf(n), nested: [[], [n]] }];
  const text = `${name}:${n}:${paddingOf(n)};`;
  return contentType === "text/plain" ? text : encoder.encode(text);
}

/** The body of an append of one message. */
export function bodyOf(contentType: ContentType, author: Authorship): string | Uint8Array<ArrayBuffer> {
  const message = messageOf(contentType, author);
  if (message instanceof Uint8Array) return new Uint8Array(message);
  return typeof message === "string" ? message : JSON.stringify([message]);
}

/** What was read, as one text that is the same for the same messages, in whatever pieces text and bytes came. */
export function transcript(contentType: ContentType, messages: readonly unknown[]): string {
  if (contentType === "application/json") return messages.map((message) => JSON.stringify(message)).join("\n");
  if (contentType === "text/plain") return messages.join("");
  return decoder.decode(Buffer.concat(messages.filter((run) => run instanceof Uint8Array)));
}

/** Who wrote what a transcript holds, in order. */
export function authorsIn(contentType: ContentType, text: string): Authorship[] {
  const pattern = contentType === "application/json" ? /^\["([^"]+)",(\d+),/gm : /([a-z0-9]+):(\d+):[^;]*;/g;
  return Array.from(text.matchAll(pattern), ([, name = "", n]) => ({ name, n: Number(n) }));
}
