import { UnavailableError } from "../../shared/index.ts";

/**
 * Waits for a call to an object. One that is being replaced or is overloaded is back soon: whoever called is told to
 * come again. Whether the call took effect is then unknown.
 *
 * @throws UnavailableError with the runtime's error as its cause; any other error as it is.
 */
export async function fromObject<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new UnavailableError(
      { retryAfterSeconds: 1 },
      { detail: "The stream's object was restarted or is overloaded", cause: error },
    );
  }
}

/** Marks the runtime sets on errors that are about the object's health, not about what it was asked. */
const PASSING_MARKS = ["retryable", "overloaded", "durableObjectReset"];

function isPassing(error: unknown): boolean {
  return error instanceof Error && PASSING_MARKS.some((mark) => Reflect.get(error, mark) === true);
}
