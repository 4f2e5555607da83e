import { DurableStream } from "durable-cf-streams/client";
import type { Composed, Format } from "./format.ts";

/**
 * Any JSON, shown to the digit as somebody wrote it: a message is its own text here, never a value, so that a number
 * that JavaScript cannot hold stays what it is.
 */
export const jsonFormat: Format<string, string> = {
  unit: ["message", "messages"],
  placeholder: '{"hello":"world"}',
  sample: '{"hello":"world"}',
  connect: ({ url, fetch }) =>
    new DurableStream<string>({ url, fetch, contentType: "application/json", parse: asItIs, stringify: String }),
  show: (message, log) => log.add(message),
  compose,
};

function asItIs(text: string): string {
  return text;
}

function compose(typed: string): Composed<string> {
  const text = typed.trim();
  const fault = faultIn(text);
  if (fault === undefined) return { message: text, hint: "" };
  // What begins like an object, an array or a string was meant as JSON; other words may go as a string.
  if (/^[{["]/.test(text)) return { problem: `Not JSON yet: ${fault}` };
  const message = JSON.stringify(text);
  return { message, hint: `Not JSON by itself: goes as the string ${message}.` };
}

function faultIn(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
