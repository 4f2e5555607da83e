import { isJsonContentType, isSSETextCompatibleContentType } from "../../../shared/index.ts";
import type { Appended, LogPosition } from "../contract/index.ts";
import type { Body } from "./body.ts";
import type { StreamState } from "./state.ts";
import { mint } from "./stream-log.ts";
import { incompleteSuffix } from "./utf8.ts";

/**
 * What an append has added, for whoever watches.
 *
 * @param state The stream as the append found it.
 * @param tail Where the log ends behind the append.
 * @returns `undefined` when that is not all there is to know: bytes that were put behind others, or text that ends
 * within a character.
 */
export function appendedBy(body: Body, state: StreamState, tail: LogPosition, closed: boolean): Appended | undefined {
  const bytes = body.stored;
  if (bytes === undefined || state.tail.pos + bytes.length !== tail.pos) return undefined;
  const { streamId, contentType } = state;
  const isText = isSSETextCompatibleContentType(contentType) && !isJsonContentType(contentType);
  if (isText && incompleteSuffix(bytes) > 0) return undefined;
  return { streamId, contentType, startOffset: mint(state.tail), nextOffset: mint(tail), closed, bytes };
}
