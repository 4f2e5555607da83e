import { TaggedError } from "../../shared/errors/base.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { isRefusedForNow, isTransient } from "../retry/index.ts";

/**
 * Whether a failure leaves open if the request had its effect. Only a refusal of the server itself proves that it had
 * none; an answer of 5xx may come from something between that gave up waiting.
 *
 * @param error What an attempt threw.
 */
export function isUncertain(error: unknown): boolean {
  if (isRefusedForNow(error)) return false;
  return isTransient(error) || error instanceof MalformedResponseError || !(error instanceof TaggedError);
}
