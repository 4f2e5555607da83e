import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import type { StreamHost } from "../host.ts";
import { errorFromResponse } from "../transport/index.ts";
import { checkEvents, checkPage, isEventStream, readMark } from "./answer.ts";
import type { Attempt } from "./attempt.ts";
import type { ReadVia } from "./events.ts";
import { Interruption } from "./interruption.ts";
import { pageSteps } from "./page.ts";
import type { Place } from "./place.ts";
import { sseSteps } from "./sse.ts";
import type { Mark, Step } from "./steps.ts";

/** What an answer brings, one after the other. */
export type Steps = AsyncIterable<Step> | Iterable<Step>;

/** What a server may answer that reads streams, but not as events. */
const NO_EVENTS: readonly number[] = [400, 405, 406, 415, 501];

/** An answer and what it is the answer to. */
export interface Answer {
  readonly response: Response;
  readonly via: ReadVia;
  /** Where it was to start; `undefined` for `now`. */
  readonly requested: Place["offset"] | undefined;
  /** Whether long-poll may be used when events cannot be had. */
  readonly mayFallBack: boolean;
  readonly attempt: Attempt;
}

/**
 * Lets an answer through that brings something.
 *
 * @throws The shared error of a refusal; an {@link Interruption} when events cannot be had and need not be.
 */
export async function refuseRefusal(answer: Answer, host: StreamHost<unknown, never>): Promise<void> {
  const { response, via, requested, mayFallBack, attempt } = answer;
  const { status, ok, headers } = response;
  if (mayFallBack && (ok ? !isEventStream(headers) : NO_EVENTS.includes(status))) throw new Interruption("buffered");
  const hasNothing = via !== "sse" && (status === 204 || status === 304);
  if (status === 200 || hasNothing) return;
  throw await attempt.within(errorFromResponse(response, host.transport.url, { offset: requested }));
}

/**
 * The steps of an answer that was let through, whichever way it came.
 *
 * @throws MalformedResponseError, ContentTypeMismatchError when it is not what was asked for.
 */
export function stepsOf(
  { response, via, requested, attempt }: Answer,
  codec: StreamHost<unknown, never>["codec"],
): Steps {
  const { headers, status, body } = response;
  if (via === "sse") {
    checkEvents(headers, codec);
    if (body === null) throw new MalformedResponseError({ detail: "The event stream has no body" });
    return sseSteps(body, codec.framing, attempt);
  }
  const mark = readMark(response, requested);
  if (status === 200) checkPage(headers, codec);
  // From `now` on there is nothing yet but the place, whatever a body says.
  if (requested === undefined) return [{ mark: atTail(mark) }];
  return status === 200 ? pageSteps(response, mark, codec.framing, requested, attempt) : [{ mark }];
}

const atTail = (mark: Mark): Mark => ({ ...mark, upToDate: true });
