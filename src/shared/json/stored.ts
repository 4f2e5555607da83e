import { InvalidJsonError } from "../errors/request-errors.ts";
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from "./bytes.ts";
import { frameJson } from "./frame.ts";
import { MessageWalker } from "./message-walker.ts";

/**
 * Frames the body of an append to a JSON stream (§9.1).
 *
 * @param body The bytes of one JSON text; left unchanged.
 * @returns The messages, each followed by one `,`.
 * @throws InvalidJsonError when the body is not JSON, or an empty array, which appends nothing (§9.1.3).
 *
 * @example
 * ```ts
 * processJsonAppend(new TextEncoder().encode("[1, 2]")); // the bytes of 1,2,
 * ```
 */
export function processJsonAppend(body: Uint8Array): Uint8Array {
  const framed = frameJson(body);
  if (framed.count === 0) {
    throw new InvalidJsonError({}, { detail: "An empty array appends nothing" });
  }
  return framed.bytes;
}

/**
 * Frames the body with which a JSON stream is created (§9.1).
 *
 * @param body The bytes of one JSON text, or none; left unchanged.
 * @returns The messages, each followed by one `,`; nothing for an empty body and for an empty array.
 * @throws InvalidJsonError when the body is not JSON.
 *
 * @example
 * ```ts
 * validateJsonCreate(new TextEncoder().encode("[]")).length; // 0
 * ```
 */
export function validateJsonCreate(body: Uint8Array): Uint8Array {
  return body.length === 0 ? new Uint8Array(0) : frameJson(body).bytes;
}

/**
 * Makes a JSON array of a stored range, without parsing it (§9.1.5).
 *
 * @param stored Whole messages, each followed by one `,`; left unchanged.
 * @returns `[`, the messages, `]`; `[]` for an empty range.
 *
 * @example
 * ```ts
 * formatJsonResponse(processJsonAppend(new TextEncoder().encode("[1, 2]"))); // the bytes of [1,2]
 * ```
 */
export function formatJsonResponse(stored: Uint8Array): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(Math.max(2, stored.length + 1));
  array.set(stored, 1);
  array[0] = OPEN_ARRAY;
  array[array.length - 1] = CLOSE_ARRAY;
  return array;
}

/**
 * Splits a stored range into its messages.
 *
 * @param stored Whole messages, each followed by one `,`.
 * @returns A view of each message, without the comma.
 * @throws RangeError when the range ends inside a message.
 *
 * @example
 * ```ts
 * splitStored(new TextEncoder().encode("1,[2,3],")).length; // 2
 * ```
 */
export function splitStored(stored: Uint8Array): Uint8Array[] {
  if (stored.length > 0 && stored[stored.length - 1] !== COMMA) throw new RangeError("The range ends inside a message");
  const walker = new MessageWalker();
  const messages: Uint8Array[] = [];
  let start = 0;
  while (start < stored.length) {
    const end = walker.scan(stored, start, stored.length, 1);
    if (end === -1) throw new RangeError("The range ends inside a message");
    messages.push(stored.subarray(start, end - 1));
    start = end;
  }
  return messages;
}
