import { type StreamErrorOptions, TaggedError } from "./base.ts";

/** What a schema says is wrong with one message of a request; has the shape of a Standard Schema issue. */
export interface MessageIssue {
  /** What is wrong, in the schema's words. */
  readonly message: string;
  /** Where: the message's index in the request, counted from 0, then the keys and indexes that lead into the message. */
  readonly path: readonly (string | number)[];
}

/** The schema of the stream's contract refuses a message, so nothing of the request was stored. Answered with 400. */
export class InvalidMessageError extends TaggedError {
  /** Tells this class from the others. */
  declare readonly _tag: "InvalidMessageError";
  /** The same as the tag; own, so that it survives remote calls. */
  declare readonly name: "InvalidMessageError";
  /** The first of what is wrong, ten at most, over all messages of the request. */
  declare readonly issues: readonly MessageIssue[];

  /**
   * @param facts What happened, as data; becomes the fields of the error.
   * @param options A cause, and a detail that replaces the message.
   */
  constructor({ issues }: { readonly issues: readonly MessageIssue[] }, options?: StreamErrorOptions) {
    const [first] = issues;
    const sentence = first ? `Message ${first.path.join(".")}: ${first.message}` : "The schema refuses a message";
    super(sentence, options, "InvalidMessageError", { issues });
  }
}

/** Says whether a value of unknown origin is a list of issues. */
export function isMessageIssues(value: unknown): value is readonly MessageIssue[] {
  return Array.isArray(value) && value.every(isMessageIssue);
}

function isMessageIssue(issue: { readonly message?: unknown; readonly path?: unknown } | null): boolean {
  return (
    typeof issue?.message === "string" &&
    Array.isArray(issue.path) &&
    issue.path.every((key) => typeof key === "string" || typeof key === "number")
  );
}
