import {
  type Cursor,
  encodeBase64Data,
  isSSETextCompatibleContentType,
  type Offset,
  type StreamId,
} from "../../../shared/index.ts";
import type { Appended, StreamPage } from "../../storage/contract/index.ts";
import { bodyOf, collectBody } from "../page-blocks.ts";
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

/** What a frame says of its page. */
type Facts = Pick<Frame, "streamId" | "contentType" | "nextOffset" | "upToDate" | "closed">;

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
  const control = encoder.encode(controlEvent(page, cursor));
  if (page.byteLength === 0) return { ...factsOf(page, cursor), bytes: control, dataLength: 0 };
  const { before, after } = marginsFor(page, control);
  return frameAround(factsOf(page, cursor), control, await collectBody(page, before, after));
}

/** Writes what an append has added as {@link encodeFrame} would, from memory. */
export function encodeAppended(appended: Appended, cursor: Cursor): Frame {
  const facts = factsOf({ ...appended, upToDate: true }, cursor);
  const control = encoder.encode(controlEvent(facts, cursor));
  const { before, after } = marginsFor(appended, control);
  return frameAround(facts, control, bodyOf(appended, before, after));
}

/** The frame without data that follows one, for as long as nothing more happens. */
export function emptyBehind({ bytes, dataLength, large: _large, ...facts }: Frame): Frame {
  return { ...facts, bytes: bytes.slice(dataLength), dataLength: 0 };
}

/** Whether a frame brings data. */
export const hasData = ({ dataLength, large }: Frame): boolean => dataLength > 0 || large !== undefined;

/** The `data` event of {@link Frame.large} text, one write after the other. */
export function* largePieces(large: Uint8Array): Generator<Uint8Array, void, undefined> {
  yield DATA_EVENT;
  yield* dataLinePieces(large);
  yield EVENT_END;
}

/** Puts a `control` event with another cursor behind the frame's data, for a reader that may not get the frame's own. */
export function withCursor(frame: Frame, cursor: Cursor): Uint8Array {
  return join(frame.bytes.subarray(0, frame.dataLength), encoder.encode(controlEvent(frame, cursor)));
}

function factsOf({ streamId, contentType, nextOffset, upToDate, closed }: Facts, cursor: Cursor) {
  return { streamId, contentType, nextOffset, upToDate, closed, cursor };
}

/** Room for the frame around the body, so that the usual body is copied once. */
function marginsFor({ contentType }: Pick<Position, "contentType">, control: Uint8Array) {
  if (!isSSETextCompatibleContentType(contentType)) return { before: 0, after: 0 };
  return { before: DATA_FIELD.length, after: FIELD_END.length + control.length };
}

/** @param bytes The body, in the middle of the room that {@link marginsFor} asks for. */
function frameAround(
  facts: Omit<Frame, "bytes" | "dataLength" | "large">,
  control: Uint8Array,
  bytes: Uint8Array,
): Frame {
  const whole = (written: Uint8Array): Frame => ({
    ...facts,
    bytes: written,
    dataLength: written.length - control.length,
  });
  if (!isSSETextCompatibleContentType(facts.contentType)) {
    return whole(join(DATA_FIELD, encoder.encode(encodeBase64Data(bytes)), FIELD_END, control));
  }
  const end = bytes.length - control.length - FIELD_END.length;
  const body = bytes.subarray(DATA_FIELD.length, end);
  if (needsDataLines(body)) {
    if (body.length > LARGE_BYTES) return { ...facts, bytes: control, dataLength: 0, large: body };
    const lines = dataLines(body, DATA_EVENT.length, EVENT_END.length + control.length);
    lines.set(DATA_EVENT);
    lines.set(EVENT_END, lines.length - control.length - EVENT_END.length);
    lines.set(control, lines.length - control.length);
    return whole(lines);
  }
  bytes.set(DATA_FIELD);
  bytes.set(FIELD_END, end);
  bytes.set(control, end + FIELD_END.length);
  return whole(bytes);
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
