import { definitionFor, type StreamError } from "./definitions.ts";

/** Answered when an error that only a client meets escapes inside a server: a fault of the server. */
const NO_STATUS_OF_ITS_OWN = 500;

/**
 * Says whether a value is an error of the vocabulary, by its shape alone: `_tag`, `name`, a message and the facts of
 * its class.
 *
 * It holds for instances of another copy of the package, of another realm, and for what a Durable Object call makes of
 * them, where `instanceof` does not. After such a call `reviveStreamError` restores the class.
 *
 * @param value Anything.
 *
 * @example
 * ```ts
 * if (isStreamError(error) && error._tag === "ProducerFencedError") retryWith(error.currentEpoch + 1);
 * ```
 */
export function isStreamError(value: unknown): value is StreamError {
  return definitionFor(value)?.matches(value) === true;
}

/**
 * Makes an error of the vocabulary an instance of our class again, with its facts, message, cause and stack.
 *
 * @param value An error for which {@link isStreamError} holds.
 * @returns The value itself when it is an instance already.
 * @throws TypeError when it is not an error of the vocabulary after all.
 *
 * @example
 * ```ts
 * throw isStreamError(error) ? reviveStreamError(error) : error;
 * ```
 */
export function reviveStreamError(value: StreamError): StreamError {
  const revived = definitionFor(value)?.revive(value);
  if (revived === undefined) throw new TypeError("Only an error of the vocabulary can be revived");
  return revived;
}

/**
 * The HTTP status that an error is answered with.
 *
 * @param error Any error of the vocabulary.
 * @returns 400 to 503; 500 for `TransportError` and `MalformedResponseError`, which no server answers with by design.
 *
 * @example
 * ```ts
 * streamErrorStatus(new StreamGoneError()); // 410
 * ```
 */
export function streamErrorStatus(error: StreamError): number {
  return definitionFor(error)?.status(error) ?? NO_STATUS_OF_ITS_OWN;
}

/**
 * The protocol's headers that an error is answered with, such as `Producer-Epoch` on a 403.
 *
 * @param error Any error of the vocabulary.
 * @returns A fresh record, empty when the protocol asks for none.
 *
 * @example
 * ```ts
 * streamErrorHeaders(new ProducerFencedError({ currentEpoch: 3, receivedEpoch: 1 })); // { "Producer-Epoch": "3" }
 * ```
 */
export function streamErrorHeaders(error: StreamError): Record<string, string> {
  return definitionFor(error)?.headers(error) ?? {};
}
