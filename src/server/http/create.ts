import {
  InvalidOffsetError,
  InvalidRequestError,
  isValidOffset,
  type Offset,
  PROTOCOL_SECURITY_HEADERS,
  STREAM_CLOSED_HEADER,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_FORK_OFFSET_HEADER,
  STREAM_FORK_SUB_OFFSET_HEADER,
  STREAM_FORKED_FROM_HEADER,
  STREAM_ID_HEADER,
  STREAM_OFFSET_HEADER,
  STREAM_TTL_HEADER,
  TAIL_OFFSET_QUERY_VALUE,
  validateExpiresAt,
  validateForkSubOffset,
  validateTTL,
} from "../../shared/index.ts";
import type { PutOptions, StreamStore } from "../storage/contract/index.ts";
import { readBody } from "./body.ts";
import { isCloseRequested } from "./operation.ts";
import type { CoreSettings } from "./options.ts";
import { contentTypeOf } from "./request-headers.ts";

/**
 * PUT: creates a stream, confirms one, or forks one (PROTOCOL.md §5.1, §4.2).
 *
 * @param forkedFrom Canonical path of the source, for a fork.
 */
export async function handleCreate(
  store: StreamStore,
  settings: CoreSettings,
  request: Request,
  path: string,
  forkedFrom: string | undefined,
): Promise<Response> {
  const { headers } = request;
  const options: PutOptions = {
    contentType: contentTypeOf(headers),
    closed: isCloseRequested(headers),
    ...lifetimeOf(headers, settings.clock.now()),
    ...forkOf(headers, forkedFrom),
  };
  const data = await readBody(request, settings.maxBodyBytes);
  const result = await store.put(path, data.length === 0 ? options : { ...options, data, owned: true });

  const answer: Record<string, string> = {
    ...PROTOCOL_SECURITY_HEADERS,
    "Content-Type": result.contentType,
    [STREAM_OFFSET_HEADER]: result.nextOffset,
    [STREAM_ID_HEADER]: result.streamId,
  };
  if (result.closed) answer[STREAM_CLOSED_HEADER] = "true";
  if (result.created) {
    const { origin, pathname } = new URL(request.url);
    answer.Location = origin + pathname;
  }
  return new Response(null, { status: result.created ? 201 : 200, headers: answer });
}

/** An end of life in the past is refused: the stream would be gone before the answer arrived, and nobody means that. */
function lifetimeOf(headers: Headers, now: number): Pick<PutOptions, "ttlSeconds" | "expiresAt"> {
  const ttl = headers.get(STREAM_TTL_HEADER);
  const expiry = headers.get(STREAM_EXPIRES_AT_HEADER);
  if (ttl !== null && expiry !== null) {
    const detail = `${STREAM_TTL_HEADER} and ${STREAM_EXPIRES_AT_HEADER} exclude each other`;
    throw new InvalidRequestError({ parameter: STREAM_EXPIRES_AT_HEADER }, { detail });
  }
  if (ttl !== null) {
    const ttlSeconds = validateTTL(ttl);
    if (ttlSeconds === null) throw new InvalidRequestError({ parameter: STREAM_TTL_HEADER });
    return { ttlSeconds };
  }
  if (expiry === null) return {};
  const instant = validateExpiresAt(expiry);
  if (instant === null) throw new InvalidRequestError({ parameter: STREAM_EXPIRES_AT_HEADER });
  if (instant.getTime() <= now) {
    const detail = `${STREAM_EXPIRES_AT_HEADER} lies in the past`;
    throw new InvalidRequestError({ parameter: STREAM_EXPIRES_AT_HEADER }, { detail });
  }
  // One spelling for each instant, so that a repeated PUT may spell it differently.
  return { expiresAt: instant.toISOString() };
}

function forkOf(
  headers: Headers,
  forkedFrom: string | undefined,
): Pick<PutOptions, "forkedFrom" | "forkOffset" | "forkSubOffset"> {
  const offset = headers.get(STREAM_FORK_OFFSET_HEADER);
  const subOffset = headers.get(STREAM_FORK_SUB_OFFSET_HEADER);
  if (forkedFrom === undefined) {
    if (offset !== null) throw missing(STREAM_FORK_OFFSET_HEADER, STREAM_FORKED_FROM_HEADER);
    if (subOffset !== null) throw missing(STREAM_FORK_SUB_OFFSET_HEADER, STREAM_FORKED_FROM_HEADER);
    return {};
  }
  const forkSubOffset = subOffset === null ? undefined : parseSubOffset(subOffset);
  if (forkSubOffset !== undefined && forkSubOffset > 0 && offset === null) {
    throw missing(STREAM_FORK_SUB_OFFSET_HEADER, STREAM_FORK_OFFSET_HEADER);
  }
  return { forkedFrom, forkOffset: offset === null ? undefined : parseForkOffset(offset), forkSubOffset };
}

/** `now` is no fork offset: leaving the header out says the same, and a retry must name the same point. */
function parseForkOffset(value: string): Offset {
  if (value === TAIL_OFFSET_QUERY_VALUE || !isValidOffset(value)) throw new InvalidOffsetError({ offset: value });
  return value;
}

function parseSubOffset(value: string): number {
  const subOffset = validateForkSubOffset(value);
  if (subOffset === null) throw new InvalidRequestError({ parameter: STREAM_FORK_SUB_OFFSET_HEADER });
  return subOffset;
}

const missing = (parameter: string, needed: string): InvalidRequestError =>
  new InvalidRequestError({ parameter }, { detail: `${parameter} needs ${needed}` });
