import { expect } from "vitest";
import { SseReader } from "../support/sse.ts";
import { server } from "./server.ts";

export type Server = ReturnType<typeof server>;

/** Follows the stream `a`. */
export async function follow(made: Server, query = "offset=-1", signal?: AbortSignal): Promise<SseReader> {
  return new SseReader(await made.call("GET", `a?${query}&live=sse`, signal ? { signal } : {}));
}

/** A server with a stream `a`. */
export async function withStream(contentType = "text/plain", body?: BodyInit, options = {}): Promise<Server> {
  const made = server(options);
  await made.create("a", contentType, body);
  return made;
}

/** The fields of the next control event. */
export async function control(reader: SseReader): Promise<Record<string, unknown>> {
  const event = await reader.next();
  expect(event?.type).toBe("control");
  return JSON.parse(event?.data ?? "null");
}

/** The next data event and its control event. */
export async function batch(reader: SseReader): Promise<{ data: string; control: Record<string, unknown> }> {
  const event = await reader.next();
  expect(event?.type).toBe("data");
  return { data: event?.data ?? "", control: await control(reader) };
}
