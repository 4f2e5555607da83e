import type { Message } from "../connection.ts";
import { InvalidInputError } from "../errors.ts";
import type { Kind } from "../kind.ts";
import { whyNotJson } from "./data.ts";
import { linesOf, MAX_LINE_BYTES } from "./lines.ts";

/** How the input is cut: each line is JSON; each line is a message; as it comes. */
export type InputMode = "json" | "lines" | "raw";

/** Messages that came together; errors come behind the messages before them. */
export type Messages = AsyncIterable<readonly Message[]>;

/**
 * Makes messages of the input.
 *
 * @param input Pieces of any length.
 * @param mode How to cut them.
 * @param kind What the stream holds: for JSON, lines become JSON strings and raw input is one message; otherwise a line
 * keeps its end, so that reading gives back the input.
 * @returns The messages, at least one at a time. What is behind a fault is not looked at.
 * @throws InvalidInputError for what the stream cannot take, with the number of the line.
 */
export function messagesOf(input: AsyncIterable<Uint8Array>, mode: InputMode, kind: Kind): Messages {
  if (mode === "raw") return kind === "json" ? oneDocument(input) : kind === "text" ? textRuns(input) : byteRuns(input);
  return messagesOfLines(input, lineReader(mode, kind));
}

/** Makes a message of a line. @throws An error whose message says what is wrong with it. */
type LineReader = (line: Uint8Array) => Message | undefined;

function lineReader(mode: "json" | "lines", kind: Kind): LineReader {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (line: Uint8Array): string => {
    try {
      return decoder.decode(line);
    } catch {
      throw new Error("is not UTF-8");
    }
  };
  if (mode === "lines" && kind === "bytes") return (line) => line;
  if (mode === "lines" && kind === "text") return decode;
  if (mode === "lines") return (line) => JSON.stringify(decode(line).replace(/\r?\n$/, ""));
  return (line) => {
    const text = decode(line);
    const json = text.trim();
    // A blank line says nothing; files often end with one.
    if (json === "") return undefined;
    const why = whyNotJson(json);
    if (why !== undefined) throw new Error(`is not JSON: ${why}`);
    return kind === "json" ? json : kind === "text" ? text : line;
  };
}

async function* messagesOfLines(input: AsyncIterable<Uint8Array>, read: LineReader): Messages {
  let number = 0;
  for await (const lines of linesOf(input)) {
    const messages: Message[] = [];
    let fault: InvalidInputError | undefined;
    for (const line of lines) {
      number += 1;
      try {
        const message = read(line);
        if (message !== undefined) messages.push(message);
      } catch (error) {
        fault = new InvalidInputError(`Line ${number} ${error instanceof Error ? error.message : error}`);
        break;
      }
    }
    if (messages.length > 0) yield messages;
    if (fault !== undefined) throw fault;
  }
}

/** A run of text ends between characters, however the bytes come. */
async function* textRuns(input: AsyncIterable<Uint8Array>): Messages {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let bytes = 0;
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw new InvalidInputError(`The input is not UTF-8, which the stream holds, behind byte ${bytes}`);
    }
  };
  for await (const piece of input) {
    const run = decode(piece);
    bytes += piece.length;
    if (run !== "") yield [run];
  }
  decode();
}

async function* byteRuns(input: AsyncIterable<Uint8Array>): Messages {
  for await (const piece of input) if (piece.length > 0) yield [piece];
}

/** All of the input as one JSON message: a message has to be in memory as a whole. */
async function* oneDocument(input: AsyncIterable<Uint8Array>): Messages {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of input) {
    pieces.push(piece);
    size += piece.length;
    if (size > MAX_LINE_BYTES)
      throw new InvalidInputError(`A JSON document of --raw has at most ${MAX_LINE_BYTES} bytes`);
  }
  try {
    const message = lineReader("json", "json")(Buffer.concat(pieces));
    if (message !== undefined) yield [message];
  } catch (error) {
    throw new InvalidInputError(`The input ${error instanceof Error ? error.message : error}`);
  }
}
