import type { StandardSchemaV1 } from "@standard-schema/spec";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { judge } from "../../shared/judge.ts";
import { concat } from "./concat.ts";
import type { Decoded, MessageCodec } from "./contract.ts";
import { framingOf } from "./framing.ts";
import { SchemaError } from "./schema-error.ts";

/** What {@link createCodec} takes. */
export interface CodecOptions<Out, In> {
  /** The stream's content type. */
  readonly contentType: string;
  /** What messages must be like; unchecked unless given. */
  readonly schema?: StandardSchemaV1<In, Out> | undefined;
  /** Reads the text of one JSON message; `JSON.parse` unless given. */
  readonly parse?: ((text: string) => unknown) | undefined;
  /** Writes one JSON message; `JSON.stringify` unless given. */
  readonly stringify?: ((value: unknown) => string) | undefined;
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

const OPEN = 0x5b;
const CLOSE = 0x5d;

/**
 * Makes the codec of a stream.
 *
 * What travels is the schema's input: a writer's value is checked and sent as it is, and a schema that transforms
 * (a string to a date, say) does so where messages are read.
 *
 * @param options Content type, schema, and the JSON hooks.
 * @typeParam Out What reading yields: the schema's output.
 * @typeParam In What writing takes: the schema's input.
 *
 * @example
 * ```ts
 * const codec = createCodec({ contentType: "application/json" });
 * codec.join([await codec.encode({ a: 1 }), await codec.encode([2])]); // the bytes of [{"a":1},[2]]
 * ```
 */
export function createCodec<Out, In>(options: CodecOptions<Out, In>): MessageCodec<Out, In> {
  const framing = framingOf(options.contentType);
  const { contentType, schema, parse, stringify = JSON.stringify } = options;
  const isJson = framing === "json";
  // A bracket or comma before each message, and a bracket behind the last.
  const overheadBytes = isJson ? 1 : 0;

  /** @throws TypeError for what cannot be sent. */
  function bytesOf(value: unknown): Uint8Array {
    // A copy: what is sent again must be the same bytes, whatever the caller does to the array meanwhile.
    if (framing === "bytes" && value instanceof Uint8Array && value.length > 0) return new Uint8Array(value);
    // A hook is called with the value alone, whatever else it could take; what JSON cannot say becomes `undefined`.
    const text: unknown = isJson ? stringify(value) : value;
    // UTF-8 cannot express half a surrogate pair, and the protocol no empty message (§5.2).
    const isText = framing !== "bytes" && typeof text === "string" && text !== "" && text.isWellFormed();
    if (isText) return encoder.encode(text);
    throw new TypeError(`A stream of ${framing} cannot hold this ${typeof value}`);
  }

  /** The value of a message before the schema has a say. @throws MalformedResponseError for what no server may send. */
  function bare(message: string | Uint8Array): Decoded<unknown> {
    if (framing === "bytes") return { ok: true, value: message };
    if (!isJson) return { ok: true, value: typeof message === "string" ? message : lenient.decode(message) };
    try {
      const text = typeof message === "string" ? message : strict.decode(message);
      return { ok: true, value: (parse ?? JSON.parse)(text) };
    } catch (cause) {
      // A caller's own parser may refuse what is good JSON: that is a matter between the two, not the server's fault.
      if (parse) return { ok: false, raw: message, issues: [{ message: String(cause) }] };
      throw new MalformedResponseError({ cause, detail: "A message is not JSON" });
    }
  }

  return {
    framing,
    contentType,
    overheadBytes,
    join(messages) {
      const body = concat(messages, overheadBytes);
      // Always an array, which the server takes apart by one level: a message that is an array stays one message (§9.1).
      if (isJson) {
        body[0] = OPEN;
        body[body.length - 1] = CLOSE;
      }
      return body;
    },
    encode(value) {
      const accept = ({ issues }: StandardSchemaV1.Result<Out>): void => {
        if (issues) throw new SchemaError({ issues, value });
      };
      const result = schema && judge(schema, value);
      if (result instanceof Promise) {
        // Before any wait: what is sent is what was handed over, whatever becomes of the object meanwhile.
        const bytes = bytesOf(value);
        return result.then((late) => {
          accept(late);
          return bytes;
        });
      }
      if (result) accept(result);
      return bytesOf(value);
    },
    decode(message) {
      const decoded = bare(message);
      // Without a schema the caller names the type of what arrives, and answers for it.
      if (!schema) return decoded as Decoded<Out>;
      if (!decoded.ok) return decoded;
      const raw = decoded.value;
      const verdict = (result: StandardSchemaV1.Result<Out>): Decoded<Out> =>
        result.issues ? { ok: false, raw, issues: result.issues } : { ok: true, value: result.value };
      const result = judge(schema, raw);
      // Most schemas answer at once; a promise for every message of a large page would cost more than the parsing.
      return result instanceof Promise ? result.then(verdict) : verdict(result);
    },
  };
}
