import type { Checkpoint, LiveMode, ReaderStatus, ReadFrom, StreamReader } from "../../client/index.ts";
import { ownerOf } from "../checkpoint/owner.ts";
import { ReadCheckpoint } from "../checkpoint/read-checkpoint.ts";
import { type ConnectionOptions, type Message, retryOf, streamAt } from "../connection.ts";
import { type Kind, kindOf } from "../kind.ts";
import { enveloped, plain } from "../output/format.ts";
import { Progress } from "../progress.ts";
import { describe } from "../report.ts";
import type { Shell } from "../shell.ts";

/** Attempts in a row after which `cat` gives up; `tail` waits for ever. */
const CAT_ATTEMPTS = 10;

/** What `cat` and `tail` take. */
export interface ReadOptions extends ConnectionOptions {
  /** Where to begin; a checkpoint that is there counts more. */
  readonly from?: ReadFrom | undefined;
  /** A file. */
  readonly checkpoint?: string | undefined;
  /** Messages, at least 1. */
  readonly limit?: number | undefined;
  /** How `tail` waits. */
  readonly live?: LiveMode | undefined;
}

/** Writes a stream from its start to where it ends now. */
export function cat(url: string, options: ReadOptions, shell: Shell): Promise<void> {
  const retry = retryOf(options) ?? { maxAttempts: CAT_ATTEMPTS };
  return read(url, { ...options, live: false, from: options.from ?? "start" }, retry, shell);
}

/** Writes what is appended to a stream, as it comes, until the stream is closed. */
export function tail(url: string, options: ReadOptions, shell: Shell): Promise<void> {
  return read(url, { ...options, live: options.live ?? "auto", from: options.from ?? "now" }, retryOf(options), shell);
}

async function read(url: string, options: ReadOptions, retry: ReturnType<typeof retryOf>, shell: Shell): Promise<void> {
  const { signal } = shell;
  const probe = streamAt(url, options, shell, { signal });
  const { contentType, streamId } = await probe.head();
  const checkpoint = options.checkpoint === undefined ? undefined : new ReadCheckpoint(options.checkpoint);
  const stored = await checkpoint?.load(ownerOf(probe.url, streamId));
  // A line that moves about would spoil what is read on the same terminal.
  const progress = new Progress(shell, !shell.isOutputTerminal);
  const reader = streamAt(url, options, shell, { contentType }).read({
    from: stored ?? options.from,
    live: options.live,
    limit: options.limit,
    retry,
    signal,
    onStatus: (status) => tellStatus(status, progress, options.verbose ?? shell.isErrorTerminal),
  });
  try {
    await pour(reader, kindOf(contentType), options, shell, progress, (position) => checkpoint?.note(position));
  } finally {
    progress.clear();
    await checkpoint?.settled();
  }
}

/** Writes messages, and notes each position only when what lies before it has left. */
async function pour(
  reader: StreamReader<Message>,
  kind: Kind,
  { json = false }: ReadOptions,
  shell: Shell,
  progress: Progress,
  note: (position: Checkpoint) => void,
): Promise<void> {
  let isWritten = true;
  const put = async (count: number, content: Uint8Array | string): Promise<void> => {
    isWritten = false;
    await shell.write(content);
    isWritten = true;
    progress.add(kind === "json" ? count : 0, content.length);
    if (reader.checkpoint !== undefined) note(reader.checkpoint);
  };
  try {
    if (json) for await (const message of reader) await put(1, enveloped(message, kind, reader.checkpoint));
    else for await (const { messages } of reader.batches()) await put(messages.length, plain(messages, kind));
  } finally {
    // Behind the last message the reader may have gone on: to a page's end, or from `now` to an offset.
    if (isWritten && reader.checkpoint !== undefined) note(reader.checkpoint);
  }
}

function tellStatus(status: ReaderStatus, progress: Progress, isTold: boolean): void {
  if (!isTold || status.type !== "retrying") return;
  const { attempt, delayMs, error } = status;
  progress.note(`attempt ${attempt} failed, next one in ${(delayMs / 1000).toFixed(1)} s: ${describe(error)}`);
}
