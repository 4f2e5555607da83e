import { parse } from "valibot";
import { expect } from "vitest";
import type { AppendOptions, PutOptions, StreamPage, StreamStore } from "../../../src/server/storage/index.ts";
import { isStreamError, type Offset, OffsetSchema, type StreamError } from "../../../src/shared/index.ts";

export const START: Offset = parse(OffsetSchema, "-1");
export const NOW: Offset = parse(OffsetSchema, "now");

export const JSON_TYPE = "application/json";
export const TEXT_TYPE = "text/plain";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytes = (text: string): Uint8Array => encoder.encode(text);
export const text = (data: Uint8Array): string => decoder.decode(data);

/** Creates a text stream, or whatever `options` say. */
export const create = (store: StreamStore, path: string, options: PutOptions = {}) =>
  store.put(path, { contentType: TEXT_TYPE, ...options });

/** Creates a JSON stream from the source of an array. */
export const createJson = (store: StreamStore, path: string, source = "[]", options: PutOptions = {}) =>
  store.put(path, { contentType: JSON_TYPE, data: bytes(source), ...options });

/** Appends text to a text stream. */
export const append = (store: StreamStore, path: string, data: string, options: AppendOptions = {}) =>
  store.append(path, bytes(data), { contentType: TEXT_TYPE, ...options });

/** Appends the source of a JSON text to a JSON stream. */
export const appendJson = (store: StreamStore, path: string, source: string, options: AppendOptions = {}) =>
  store.append(path, bytes(source), { contentType: JSON_TYPE, ...options });

/** Closes a stream and appends nothing. */
export const close = (store: StreamStore, path: string, options: AppendOptions = {}) =>
  store.append(path, new Uint8Array(0), { ...options, close: true });

/** Every stored byte of a page. */
export async function bytesOf(page: StreamPage): Promise<Uint8Array> {
  const whole = new Uint8Array(page.byteLength);
  let filled = 0;
  for await (const chunk of page.chunks()) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== page.byteLength) expect(filled).toBe(page.byteLength);
  return whole;
}

/** What a stream stores from an offset to its tail, as text; JSON messages are each followed by a comma. */
export async function contentOf(store: StreamStore, path: string, offset: Offset = START): Promise<string> {
  const page = await store.read(path, { offset });
  return text(await bytesOf(page));
}

/** The offsets behind each message of a stream. */
export async function offsetsOf(store: StreamStore, path: string): Promise<Offset[]> {
  const { messages } = await store.get(path);
  return messages.map(({ offset }) => offset);
}

/** An item that must be there. */
export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items.at(index);
  if (item === undefined) throw new RangeError(`There is no item ${index}`);
  return item;
}

/** The tagged error that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<StreamError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`Expected a refusal, got ${JSON.stringify(outcome.value)}`);
  if (!isStreamError(outcome.error)) throw outcome.error;
  return outcome.error;
}

/** The tag of the error that a call is refused with. */
export const refusalTag = async (call: Promise<unknown>): Promise<string> => (await refusal(call))._tag;

/** Whether a path holds a stream, as storage has it: `has` may know only what its instance has seen. */
export async function isThere(store: StreamStore, path: string): Promise<boolean> {
  const outcome = await store.head(path).then(
    () => "there",
    (error: unknown) => (isStreamError(error) ? error._tag : String(error)),
  );
  if (outcome !== "there") expect(outcome).toBe("StreamNotFoundError");
  return outcome === "there";
}
