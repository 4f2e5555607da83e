import {
  type Cursor,
  encodeBase64Data,
  isSSETextCompatibleContentType,
  type Offset,
  type StreamId,
} from "../../../shared/index.ts";
import type { StreamPage } from "../../storage/contract/index.ts";
import { collectBody } from "../page-blocks.ts";
import { controlEvent } from "./control-event.ts";
import { dataLinePieces, dataLines, needsDataLines } from "./data-lines.ts";

/** Where a reader is in a stream. */
export interface Position {
  /** Identity of the stream. */
  readonly streamId: StreamId;
  /** MIME type of the stream. */
  readonly contentType: string;
  /** Where the next read starts. */
  readonly nextOffset: Offset;
}

/** One page as events, written once for any number of readers. */
export interface Frame extends Position {
  /** Whether that was the tail when the page was read. */
  readonly upToDate: boolean;
  /** Whether the stream is closed and nothing follows. */
  readonly closed: boolean;
  /** The cursor in the `control` event. */
  readonly cursor: Cursor;
  /** The `data` event, if there is data that is not {@link Frame.large}, and the `control` event behind it. */
  readonly bytes: Uint8Array;
  /** Length of the `data` event in `bytes`. */
  readonly dataLength: number;
  /** Text whose `data` event is written while it is sent, in front of `bytes`: its lines may be six times as long. */
  readonly large?: Uint8Array;
}

const encoder = new TextEncoder();
/** Text with line ends that is longer than this is written while it is sent, in bytes. */
const LARGE_BYTES = 512 * 1024;
const DATA_EVENT = encoder.encode("event: data\n");
const DATA_FIELD = encoder.encode("event: data\ndata:");
const EVENT_END = encoder.encode("\n");
const FIELD_END = encoder.encode("\n\n");

/**
 * Writes a page as a `data` event and the `control` event that follows it (PROTOCOL.md §5.8): text as it is, JSON as
 * one array, anything else in base64.
 *
 * @param page The page; its chunks are used up.
 * @param cursor The cursor of the moment.
 * @throws What reading the page throws.
 */
export async function encodeFrame(page: StreamPage, cursor: Cursor): Promise<Frame> {
  const { streamId, contentType, nextOffset, upToDate, closed } = page;
  const control = encoder.encode(controlEvent(page, cursor));
  const frame = { streamId, contentType, nextOffset, upToDate, closed, cursor };
  if (page.byteLength === 0) return { ...frame, bytes: control, dataLength: 0 };
  const written = await dataAndControl(page, control);
  if ("large" in written) return { ...frame, bytes: control, dataLength: 0, large: written.large };
  return { ...frame, bytes: written, dataLength: written.length - control.length };
}

/** Whether a frame brings data. */
export const hasData = ({ dataLength, large }: Frame): boolean => dataLength > 0 || large !== undefined;

/**
 * The events of a frame, one write after the other.
 *
 * @param frame The frame.
 * @param bytes Its `bytes`, or what {@link withCursor} made of them.
 */
export function* frameWrites({ large }: Frame, bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  if (large !== undefined) {
    yield DATA_EVENT;
    yield* dataLinePieces(large);
    yield EVENT_END;
  }
  yield bytes;
}

/** Puts a `control` event with another cursor behind the frame's data, for a reader that may not get the frame's own. */
export function withCursor(frame: Frame, cursor: Cursor): Uint8Array {
  return join(frame.bytes.subarray(0, frame.dataLength), encoder.encode(controlEvent(frame, cursor)));
}

async function dataAndControl(
  page: StreamPage,
  control: Uint8Array,
): Promise<Uint8Array | { readonly large: Uint8Array }> {
  if (!isSSETextCompatibleContentType(page.contentType)) {
    const base64 = encodeBase64Data(await collectBody(page));
    return join(DATA_FIELD, encoder.encode(base64), FIELD_END, control);
  }
  // Room for the frame around the body, so that the usual body is copied once.
  const bytes = await collectBody(page, DATA_FIELD.length, FIELD_END.length + control.length);
  const end = bytes.length - control.length - FIELD_END.length;
  const body = bytes.subarray(DATA_FIELD.length, end);
  if (needsDataLines(body)) {
    if (body.length > LARGE_BYTES) return { large: body };
    const lines = dataLines(body, DATA_EVENT.length, EVENT_END.length + control.length);
    lines.set(DATA_EVENT);
    lines.set(EVENT_END, lines.length - control.length - EVENT_END.length);
    lines.set(control, lines.length - control.length);
    return lines;
  }
  bytes.set(DATA_FIELD);
  bytes.set(FIELD_END, end);
  bytes.set(control, end + FIELD_END.length);
  return bytes;
}

function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let written = 0;
  for (const piece of pieces) {
    joined.set(piece, written);
    written += piece.length;
  }
  return joined;
}
