import { isStreamError, reviveStreamError, type StreamError } from "../../shared/index.ts";
import { fromObject } from "./passing-failure.ts";

/**
 * What a call from object to object comes back with. A refusal is an answer like any other and travels as a value:
 * thrown, it would lose its facts on runtimes before compatibility date 2026-04-21, and be logged as a failure of the
 * object that refused.
 */
export type RemoteAnswer<T> = { readonly value: T } | { readonly refusal: object };

/** Carries out a call for another object. Anything but an error of the vocabulary is thrown as it is. */
export async function remoteAnswer<T>(call: Promise<T>): Promise<RemoteAnswer<T>> {
  try {
    return { value: await call };
  } catch (error) {
    if (!isStreamError(error)) throw error;
    return { refusal: plainRefusal(error) };
  }
}

/** The value that another object answered with. @throws its refusal, of its class again; UnavailableError. */
export async function answeredValue<T>(call: Promise<RemoteAnswer<T>>): Promise<T> {
  const answer = await fromObject(call);
  if ("refusal" in answer) throw revivedRefusal(answer.refusal);
  return answer.value;
}

/** An error as data: its facts and its sentence, without its stack. */
export function plainRefusal(error: StreamError): object {
  const { name, message } = error;
  return { ...error, name, message };
}

/** The error that another object made into data. */
export function revivedRefusal(refusal: unknown): Error {
  if (isStreamError(refusal)) return reviveStreamError(refusal);
  return new Error("Another object refused in a way that this version does not know");
}
