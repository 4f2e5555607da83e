import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { concat } from "./concat.ts";
import type { Decoded, Framing } from "./contract.ts";

/** Between a value and its bytes, before any schema has a say. */
export interface Wire {
  /** @throws TypeError for what cannot be sent. */
  encode(value: unknown): Uint8Array;
  /** @throws MalformedResponseError for what no server may send. */
  decode(message: string | Uint8Array): Decoded<unknown>;
  /** See `MessageCodec.join`. */
  join(messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
  /** See `MessageCodec.overheadBytes`. */
  readonly overheadBytes: number;
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

const OPEN = 0x5b;
const COMMA = 0x2c;
const CLOSE = 0x5d;

function jsonWire(parse: ((text: string) => unknown) | undefined, stringify: (value: unknown) => unknown): Wire {
  return {
    encode: (value) => {
      // `JSON.stringify` is declared to return a string and returns `undefined` for what JSON cannot say.
      const text = stringify(value);
      if (typeof text !== "string") throw new TypeError(`JSON has no ${typeof value}`);
      return encoder.encode(text);
    },
    decode: (message) => {
      try {
        const text = typeof message === "string" ? message : strict.decode(message);
        return { ok: true, value: (parse ?? JSON.parse)(text) };
      } catch (cause) {
        // A caller's own parser may refuse what is good JSON: that is a matter between the two, not the server's fault.
        if (parse === undefined) throw new MalformedResponseError({ cause, detail: "A message is not JSON" });
        return { ok: false, raw: message, issues: [{ message: String(cause) }] };
      }
    },
    // Always an array, which the server takes apart by one level: a message that is an array stays one message (§9.1).
    join: (messages) => {
      const body = concat(messages, COMMA);
      body[0] = OPEN;
      body[body.length - 1] = CLOSE;
      return body;
    },
    // A bracket or comma before each message, and a bracket behind the last.
    overheadBytes: 1,
  };
}

function nonEmpty(bytes: Uint8Array): Uint8Array {
  // An empty body is refused by the protocol (§5.2), and would take a whole batch with it.
  if (bytes.length === 0) throw new TypeError("An append holds at least one byte");
  return bytes;
}

const textWire: Wire = {
  encode: (value) => {
    // UTF-8 cannot express half a surrogate pair; the encoder would replace it in silence.
    if (typeof value !== "string" || !value.isWellFormed()) throw new TypeError("Text takes well-formed strings");
    return nonEmpty(encoder.encode(value));
  },
  decode: (message) => ({ ok: true, value: typeof message === "string" ? message : lenient.decode(message) }),
  join: (messages) => concat(messages),
  overheadBytes: 0,
};

const bytesWire: Wire = {
  encode: (value) => {
    if (!(value instanceof Uint8Array)) throw new TypeError("Bytes are a Uint8Array");
    // A copy: what is sent again must be the same bytes, whatever the caller does to the array meanwhile.
    return nonEmpty(new Uint8Array(value));
  },
  decode: (message) => ({ ok: true, value: typeof message === "string" ? encoder.encode(message) : message }),
  join: (messages) => concat(messages),
  overheadBytes: 0,
};

/**
 * The bare form of values for one framing.
 *
 * @param framing How messages are cut.
 * @param parse Reads the text of one JSON message; `JSON.parse` unless given.
 * @param stringify Writes one JSON message; `JSON.stringify` unless given.
 */
export function wireFor(
  framing: Framing,
  parse: ((text: string) => unknown) | undefined,
  stringify: (value: unknown) => unknown = JSON.stringify,
): Wire {
  // A hook is called with the value alone, whatever else it could take.
  if (framing === "json") return jsonWire(parse, (value) => stringify(value));
  return framing === "text" ? textWire : bytesWire;
}
