import { MalformedResponseError, TransportError } from "../../shared/errors/client-errors.ts";
import { isTransient } from "../retry/index.ts";

/** A body that ends early this many times in a row without anything new was not cut on the way. */
export const REPEATED_CUTS = 3;

/** Whether reading again may help: the network, 429 and 5xx heal, the rest does not by itself. */
export const isWorthRepeating: (error: unknown) => boolean = isTransient;

/**
 * Tells a body that ended early from every other failure.
 *
 * @param error What happened.
 * @returns What is wrong with the body, should repeating the request prove useless.
 */
export function causeOfCut(error: unknown): MalformedResponseError | undefined {
  return error instanceof TransportError && error.cause instanceof MalformedResponseError ? error.cause : undefined;
}
