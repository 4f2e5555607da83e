import { SseReader } from "../support/sse.ts";
import { type Content, contentOf, fromBytes } from "./content.ts";
import type { Answer } from "./history.ts";
import type { Incoming } from "./link.ts";
import type { ContentKind } from "./program.ts";

/** What came of a body: all of it, or what came before the connection broke. */
export type Body = { readonly whole: Uint8Array } | { readonly part: Uint8Array };

/** Reads a body to its end, or to where the link cuts it. */
export async function readBody({ response, cutAt }: Incoming): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  if (reader === undefined) return { whole: new Uint8Array(0) };
  const soFar = () => {
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return cutAt === undefined ? { whole: soFar() } : { part: soFar().subarray(0, cutAt) };
      chunks.push(value);
      length += value.length;
      if (cutAt === undefined || length < cutAt) continue;
      await reader.cancel().catch(() => {});
      return { part: soFar().subarray(0, cutAt) };
    }
  } catch {
    return { part: soFar() };
  }
}

/** What the headers of an answer say. */
export function answerOf({ status, headers }: Response, content: Content = ""): Answer {
  const number = (name: string): number | undefined => {
    const value = headers.get(name);
    return value === null ? undefined : Number(value);
  };
  return {
    status,
    streamId: headers.get("Stream-Id") ?? undefined,
    nextOffset: headers.get("Stream-Next-Offset") ?? undefined,
    closed: headers.get("Stream-Closed") === "true",
    upToDate: headers.get("Stream-Up-To-Date") === "true",
    epoch: number("Producer-Epoch"),
    seq: number("Producer-Seq"),
    expectedSeq: number("Producer-Expected-Seq"),
    content,
  };
}

/** One data event and the control event behind it, or just the latter. */
export interface LiveEvent {
  readonly content: Content;
  readonly nextOffset: string;
  readonly closed: boolean;
  readonly upToDate: boolean;
}

/** Reads an event stream event by event. */
export class LiveEvents {
  /** Content whose control event has not come yet. */
  pending: Content | undefined;
  readonly #reader: SseReader;
  readonly #kind: ContentKind;

  constructor(response: Response, kind: ContentKind) {
    this.#reader = new SseReader(response);
    this.#kind = kind;
  }

  /** The next event; `undefined` when the stream ended. @throws when the connection broke. */
  async next(): Promise<LiveEvent | undefined> {
    for (;;) {
      const event = await this.#reader.next();
      if (event === undefined) return undefined;
      if (event.type === "comment") continue;
      if (event.type === "data") {
        if (this.pending !== undefined) throw new MalformedEvents("Two data events without a control event between");
        this.pending = decode(this.#kind, event.data);
        continue;
      }
      if (event.type !== "control") throw new MalformedEvents(`No event of this protocol: ${event.type}`);
      const control = controlOf(event.data);
      const content = this.pending ?? "";
      this.pending = undefined;
      return { ...control, content };
    }
  }

  async leave(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** The server sent something that breaks the format. */
export class MalformedEvents extends Error {
  override readonly name = "MalformedEvents";
}

function decode(kind: ContentKind, data: string): Content {
  if (kind === "bytes") return atob(data.replaceAll("\n", ""));
  const bytes = new TextEncoder().encode(data);
  return kind === "json" ? contentOf(kind, bytes) : fromBytes(bytes);
}

function controlOf(data: string): Omit<LiveEvent, "content"> {
  const control: unknown = JSON.parse(data);
  const fields: Record<string, unknown> = typeof control === "object" && control !== null ? { ...control } : {};
  const { streamNextOffset: nextOffset, streamClosed, upToDate } = fields;
  if (typeof nextOffset !== "string") throw new MalformedEvents(`A control event without an offset: ${data}`);
  const closed = streamClosed === true;
  return { nextOffset, closed, upToDate: closed || upToDate === true };
}
