import { BOUNDARY_WINDOW_BYTES, frameJson, PayloadTooLargeError } from "../../../shared/index.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses the messages of a JSON body, as many at a time as 64 KiB hold, or one larger one: a tree of the whole body could
 * take twenty times its size.
 *
 * @param body One JSON text; left unchanged.
 * @param maxMessageBytes Largest message to parse, 64 KiB or more.
 * @returns The values of all messages, in order and in groups.
 * @throws InvalidJsonError before the first group; PayloadTooLargeError when a message is too large.
 */
export function* messageGroups(body: Uint8Array, maxMessageBytes: number): Generator<readonly unknown[]> {
  const { bytes, index } = frameJson(body);
  let start = 0;
  for (let edge = BOUNDARY_WINDOW_BYTES; start < index.length; edge += BOUNDARY_WINDOW_BYTES) {
    const end = index.lastAtOrBefore(edge);
    // A message goes on past this window.
    if (end === start) continue;
    // Only the first message of a group can have begun before its window.
    const firstBytes = index.firstAtOrAfter(start + 1) - start - 1;
    if (firstBytes > maxMessageBytes) {
      throw new PayloadTooLargeError(
        { maxBytes: maxMessageBytes, receivedBytes: firstBytes },
        { detail: `A message of ${firstBytes} bytes is larger than the ${maxMessageBytes} that can be checked` },
      );
    }
    const values: unknown = JSON.parse(`[${decoder.decode(bytes.subarray(start, end - 1))}]`);
    if (Array.isArray(values)) yield values;
    start = end;
  }
}
