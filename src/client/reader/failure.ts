import { MalformedResponseError, TransportError } from "../../shared/errors/client-errors.ts";
import { isTransient } from "../retry/index.ts";

/** A body that ends early this many times in a row without anything new was not cut on the way. */
const REPEATED_CUTS = 3;

/** Whether reading again may help: the network, 429 and 5xx heal, the rest does not by itself. */
export const isWorthRepeating: (error: unknown) => boolean = isTransient;

/**
 * Tells a broken connection from a server whose body really ends early.
 *
 * @param error What happened.
 * @param attempt How often something has happened in a row.
 * @returns What is wrong with the body, once repeating it has proven useless.
 */
export function causeOfRepeatedCut(error: unknown, attempt: number): MalformedResponseError | undefined {
  if (attempt < REPEATED_CUTS || !(error instanceof TransportError)) return undefined;
  return error.cause instanceof MalformedResponseError ? error.cause : undefined;
}
