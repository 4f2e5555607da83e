import {
  type Cursor,
  type Offset,
  SSE_CLOSED_FIELD,
  SSE_CURSOR_FIELD,
  SSE_OFFSET_FIELD,
} from "../../../shared/index.ts";

/** Where a reader stands after an event. */
export interface Standing {
  /** Where the next read starts. */
  readonly nextOffset: Offset;
  /** Whether that is the tail. */
  readonly upToDate: boolean;
  /** Whether the stream is closed and nothing follows. */
  readonly closed: boolean;
}

/** A comment: it keeps the connection alive, and finds out whether there still is one. */
export const HEARTBEAT: Uint8Array = new TextEncoder().encode(":\n\n");

/**
 * Writes a `control` event (PROTOCOL.md §5.8). At the end of a closed stream it has no cursor: nobody will come back.
 *
 * @example
 * ```ts
 * controlEvent({ nextOffset, upToDate: true, closed: false }, calculateCursor());
 * ```
 */
export function controlEvent({ nextOffset, upToDate, closed }: Standing, cursor: Cursor): string {
  const payload = {
    [SSE_OFFSET_FIELD]: nextOffset,
    ...(closed ? {} : { [SSE_CURSOR_FIELD]: cursor }),
    ...(upToDate || closed ? { upToDate: true } : {}),
    ...(closed ? { [SSE_CLOSED_FIELD]: true } : {}),
  };
  return `event: control\ndata:${JSON.stringify(payload)}\n\n`;
}
