import { SSE_CLOSED_FIELD, SSE_CURSOR_FIELD, SSE_OFFSET_FIELD } from "../../shared/constants.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { isMintedOffset } from "./checkpoint.ts";
import type { Mark } from "./steps.ts";

function fieldsOf(data: string): object {
  try {
    const fields: unknown = JSON.parse(data);
    if (typeof fields === "object" && fields !== null) return fields;
  } catch (cause) {
    throw new MalformedResponseError({ cause, detail: "A control event is not JSON" });
  }
  throw new MalformedResponseError({ detail: "A control event is not an object" });
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
  const fields = fieldsOf(data);
  const offset: unknown = Reflect.get(fields, SSE_OFFSET_FIELD);
  if (!isMintedOffset(offset)) {
    throw new MalformedResponseError({ detail: `A control event has no ${SSE_OFFSET_FIELD}` });
  }
  const cursor: unknown = Reflect.get(fields, SSE_CURSOR_FIELD);
  const closed = Reflect.get(fields, SSE_CLOSED_FIELD) === true;
  return {
    offset,
    // A closed stream sent whole is up to date by definition.
    upToDate: closed || Reflect.get(fields, "upToDate") === true,
    closed,
    cursor: typeof cursor === "string" ? cursor : undefined,
  };
}
