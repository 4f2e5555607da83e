import { isStreamError, problemDetails } from "../shared/index.ts";
import { InterruptedError, OutputClosedError, UsageError } from "./errors.ts";
import type { Shell } from "./shell.ts";

const EXIT_FAILURE = 1;
/** What shells and most programs use for a command line that makes no sense. */
export const EXIT_USAGE = 2;

/** What somebody at a terminal can do about an error, by its tag. */
const ADVICE: Readonly<Record<string, string>> = {
  BrokenCheckpointError: "Mend it, or delete it to start over.",
  CheckpointBusyError: "Wait until it has ended, or name another file.",
  CheckpointMismatchError: "Name another file, or delete this one to start over.",
  ContentTypeMismatchError: "`head` shows what the stream holds.",
  EpochReusedError: "Take a higher --epoch or none, or let --checkpoint keep count.",
  ForbiddenError: "These credentials do not allow it.",
  InvalidOffsetError: "Offsets come from `head` and from `--json`; other places are `start` and `now`.",
  MalformedResponseError: "Is this the URL of a stream?",
  PayloadTooLargeError: "A single message is larger than the server takes.",
  ProducerFencedError: "Another run has taken over the --producer id: give each its own, or this one a higher --epoch.",
  RateLimitedError: "Try again later, or with more --retries.",
  StreamClosedError: "Nothing can be appended to it any more.",
  StreamConflictError: "`head` shows the stream that is there; `delete` removes it.",
  StreamGoneError: "It was deleted: a checkpoint of it fits no other stream. While it has forks, its path stays taken.",
  StreamNotFoundError: "`create` makes it.",
  TransportError: "Is the server running, and the URL right?",
  UnauthorizedError: "Set STREAM_AUTH, or give --header 'Authorization: …'.",
  UnavailableError: "Try again later, or with more --retries.",
  UsageError: "See --help.",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these, which a terminal would obey, are to go.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

function tagOf(error: unknown): string {
  if (!(error instanceof Error)) return "Error";
  return "_tag" in error && typeof error._tag === "string" ? error._tag : error.name;
}

/** The message, and those of its causes that say more: a failed fetch tells why only there. */
function sentenceOf(error: unknown): string {
  const said: string[] = [];
  for (let at = error; at instanceof Error && said.length < 4; at = at.cause) {
    const message = at.message || ("code" in at ? String(at.code) : "");
    if (message !== "" && !said.some((other) => other.includes(message))) said.push(message);
  }
  return (said.length > 0 ? said.join(": ") : String(error)).replace(/\.$/, "");
}

/** An error in one line of text, with what to do about it. What a server said must not reach a terminal's controls. */
export function describe(error: unknown): string {
  const advice = ADVICE[tagOf(error)];
  const sentence = `${tagOf(error)}: ${sentenceOf(error)}.`;
  return (advice === undefined ? sentence : `${sentence} ${advice}`).replace(CONTROL, " ");
}

/** An error as problem details (RFC 9457), in one line of JSON. */
function problem(error: unknown): string {
  const tag = tagOf(error);
  const base = isStreamError(error) ? problemDetails(error) : { title: tag, code: tag };
  return JSON.stringify({ ...base, detail: sentenceOf(error), ...(ADVICE[tag] && { advice: ADVICE[tag] }) });
}

/**
 * Tells what ended a command, and the exit code to end with.
 *
 * @param error What it threw. A reader that has had enough is no failure, and a signal needs no explanation.
 * @param options `json` for programs.
 */
export function report(
  error: unknown,
  shell: Shell,
  { json = false }: { readonly json?: boolean | undefined },
): number {
  if (error instanceof OutputClosedError) return 0;
  if (error instanceof InterruptedError) return error.exitCode;
  shell.tell(json ? `${problem(error)}\n` : `durable-cf-streams: ${describe(error)}\n`);
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}
