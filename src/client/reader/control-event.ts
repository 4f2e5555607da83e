import { SSE_CLOSED_FIELD, SSE_CURSOR_FIELD, SSE_OFFSET_FIELD } from "../../shared/constants.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { isMintedOffset } from "./checkpoint.ts";
import type { Mark } from "./steps.ts";

/** The fields that matter, should they be there. */
interface ControlFields {
  readonly [SSE_OFFSET_FIELD]?: unknown;
  readonly [SSE_CURSOR_FIELD]?: unknown;
  readonly [SSE_CLOSED_FIELD]?: unknown;
  readonly upToDate?: unknown;
}

/**
 * Reads a `control` event (PROTOCOL.md §5.8). Fields that the protocol does not know yet are ignored.
 *
 * @param data Its data.
 * @throws MalformedResponseError when it is not JSON, or names no offset.
 *
 * @example
 * ```ts
 * readControlEvent('{"streamNextOffset":"7","upToDate":true}').upToDate; // true
 * ```
 */
export function readControlEvent(data: string): Mark {
  let fields: ControlFields = {};
  let cause: unknown;
  try {
    fields = Object(JSON.parse(data));
  } catch (error) {
    cause = error;
  }
  const { [SSE_OFFSET_FIELD]: offset, [SSE_CURSOR_FIELD]: cursor, [SSE_CLOSED_FIELD]: isClosed, upToDate } = fields;
  if (!isMintedOffset(offset)) {
    throw new MalformedResponseError({ cause, detail: `A control event has no ${SSE_OFFSET_FIELD}` });
  }
  const closed = isClosed === true;
  return {
    offset,
    // A closed stream sent whole is up to date by definition.
    upToDate: closed || upToDate === true,
    closed,
    cursor: typeof cursor === "string" ? cursor : undefined,
  };
}
