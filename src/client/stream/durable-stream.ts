import type { DurableStreamConstructor, DurableStream as Handle } from "./contract.ts";
import { StreamHandle } from "./handle.ts";

/**
 * A handle on the stream at one URL.
 *
 * @typeParam Out What reading yields.
 * @typeParam In What writing takes.
 */
export interface DurableStream<Out = unknown, In = Out> extends Handle<Out, In> {}

/**
 * Makes a handle; see {@link DurableStreamConstructor} for how it is typed.
 *
 * @example
 * ```ts
 * const stream = new DurableStream({ url: "https://example.test/v1/stream/log", contentType: "text/plain" });
 * await stream.append("a line\n");
 * ```
 */
// The overloads add knowledge of types alone, which no guard could show: one class serves all of them.
export const DurableStream = StreamHandle as DurableStreamConstructor;
