import { AppendCheckpoint } from "../checkpoint/append-checkpoint.ts";
import { ownerOf } from "../checkpoint/owner.ts";
import { skipStored } from "../checkpoint/stored-input.ts";
import { type ConnectionOptions, streamAt } from "../connection.ts";
import { InterruptedError, InvalidInputError } from "../errors.ts";
import { printFacts } from "../facts.ts";
import { messageOf } from "../input/data.ts";
import { interruptible } from "../input/interruptible.ts";
import { type InputMode, type Messages, messagesOf } from "../input/messages.ts";
import { type Kind, kindOf } from "../kind.ts";
import { formatBytes, Progress } from "../progress.ts";
import type { Shell } from "../shell.ts";
import { Writer, type WriterOptions } from "./writer.ts";

/** What `append` takes. */
export interface AppendOptions extends ConnectionOptions, WriterOptions {
  /** Each line is a message. */
  readonly lines?: boolean | undefined;
  /** The input is taken as it is. */
  readonly raw?: boolean | undefined;
  /** Messages in place of the input. */
  readonly data?: readonly string[] | undefined;
  /** A file. */
  readonly checkpoint?: string | undefined;
  /** Whether to close the stream behind the last message. */
  readonly close?: boolean | undefined;
}

/** Appends the standard input, or what was typed, exactly once and in order. */
export async function append(url: string, options: AppendOptions, shell: Shell): Promise<void> {
  const { offset, ...found } = await streamAt(url, options, shell, { signal: shell.signal }).head();
  const { contentType, streamId } = found;
  const kind = kindOf(contentType);
  const mode = modeOf(options, kind);
  // Not ended by the shell's signal: after Ctrl-C, what was read is still brought to its end.
  const stream = streamAt(url, options, shell, { contentType });
  const checkpoint = options.checkpoint === undefined ? undefined : await openCheckpoint(options.checkpoint);
  const progress = new Progress(shell, !shell.isInputTerminal);
  try {
    const stop = new AbortController();
    let messages = sourceOf(options, mode, kind, shell, AbortSignal.any([shell.signal, stop.signal]));
    if (checkpoint !== undefined) {
      const { file, stored } = checkpoint;
      const behind = await skipStored(messages, stored, { file, kind, mode });
      messages = behind.messages;
      checkpoint.goOn(behind.hash);
    }
    const writer = new Writer(stream, { options, shell, checkpoint, progress, onFailed: (error) => stop.abort(error) });
    if (checkpoint !== undefined) await writer.resume();
    const failure = await writer.feed(messages, kind === "json" || mode !== "raw");
    await writer.finish(options.close === true && failure === undefined);
    progress.clear();
    // After Ctrl-C the result is told all the same: it is what was read until then.
    if (failure === undefined || failure.error instanceof InterruptedError) {
      const { messages: count, bytes } = progress;
      const end = writer.lastOffset ?? offset;
      const isClosed = (options.close === true && failure === undefined) || undefined;
      await printFacts({ messages: count || undefined, bytes, offset: end, closed: isClosed }, shell, options);
    }
    if (failure !== undefined) throw withRest(failure.error, progress);
  } finally {
    progress.clear();
    await checkpoint?.close();
  }

  function openCheckpoint(file: string): Promise<AppendCheckpoint> {
    return AppendCheckpoint.open(file, { owner: ownerOf(stream.url, streamId), kind, producer: options.producer });
  }
}

function modeOf({ raw, lines, json }: AppendOptions, kind: Kind): InputMode {
  if (raw || lines) return raw ? "raw" : "lines";
  return json || kind === "json" ? "json" : "raw";
}

function sourceOf({ data }: AppendOptions, mode: InputMode, kind: Kind, shell: Shell, signal: AbortSignal): Messages {
  if (data === undefined) return messagesOf(interruptible(shell.input, signal), mode, kind);
  const typed = data.map((text) => messageOf(text, kind));
  return (async function* () {
    yield typed;
  })();
}

/** Says how much is there when the input has turned out not to be what the stream takes. */
function withRest(error: unknown, { messages, bytes }: Progress): unknown {
  if (!(error instanceof InvalidInputError)) return error;
  const amount = messages > 0 ? `${messages} ${messages === 1 ? "message" : "messages"}` : formatBytes(bytes);
  return new InvalidInputError(`${error.message} (appended before it: ${amount})`);
}
