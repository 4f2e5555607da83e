import {
  STREAM_CLOSED_HEADER,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_FORK_OFFSET_HEADER,
  STREAM_FORK_SUB_OFFSET_HEADER,
  STREAM_FORKED_FROM_HEADER,
  STREAM_TTL_HEADER,
} from "../../shared/constants.ts";
import type { TransportRequest } from "../transport/contract.ts";
import type { ForkOptions, LifetimeOptions } from "./options.ts";

type ProtocolHeaders = NonNullable<TransportRequest["headers"]>;

function countOf(value: number | undefined, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} cannot be ${value}`);
  return String(value);
}

function lifetimeHeaders({ ttlSeconds, expiresAt }: LifetimeOptions): ProtocolHeaders {
  // The types say so as well; a server may take either of the two.
  if (ttlSeconds !== undefined && expiresAt !== undefined)
    throw new TypeError("ttlSeconds and expiresAt exclude each other");
  return {
    [STREAM_TTL_HEADER]: countOf(ttlSeconds, "ttlSeconds"),
    [STREAM_EXPIRES_AT_HEADER]: expiresAt instanceof Date ? expiresAt.toISOString() : expiresAt,
  };
}

/**
 * Headers of a creation (§5.1).
 *
 * @throws TypeError, RangeError for a lifetime that cannot be.
 */
export function createHeaders(
  contentType: string,
  options: LifetimeOptions & { readonly closed?: boolean | undefined },
): ProtocolHeaders {
  return {
    ...lifetimeHeaders(options),
    "Content-Type": contentType,
    [STREAM_CLOSED_HEADER]: options.closed === true ? "true" : undefined,
  };
}

/**
 * Headers of a fork (§4.2). The content type goes along, so that a handle with a wrong idea of it learns before there is
 * a fork.
 *
 * @throws TypeError, RangeError for options that cannot be.
 */
export function forkHeaders(source: URL, contentType: string, options: ForkOptions): ProtocolHeaders {
  return {
    ...createHeaders(contentType, options),
    [STREAM_FORKED_FROM_HEADER]: source.pathname,
    [STREAM_FORK_OFFSET_HEADER]: options.at,
    [STREAM_FORK_SUB_OFFSET_HEADER]: countOf(options.subOffset, "subOffset"),
  };
}
