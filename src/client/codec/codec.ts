import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Decoded, MessageCodec } from "./contract.ts";
import { framingOf } from "./framing.ts";
import { SchemaError } from "./schema-error.ts";
import { wireFor } from "./wire.ts";

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

function verdict<Out>(raw: unknown, result: StandardSchemaV1.Result<Out>): Decoded<Out> {
  return result.issues === undefined ? { ok: true, value: result.value } : { ok: false, raw, issues: result.issues };
}

function accept<Out>(value: unknown, { issues }: StandardSchemaV1.Result<Out>): void {
  if (issues !== undefined) throw new SchemaError({ issues, value });
}

async function acceptLate<Out>(
  bytes: Uint8Array,
  value: unknown,
  result: Promise<StandardSchemaV1.Result<Out>>,
): Promise<Uint8Array> {
  accept(value, await result);
  return bytes;
}

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
  const wire = wireFor(framing, options.parse, options.stringify);
  const validator = options.schema?.["~standard"];
  return {
    framing,
    contentType: options.contentType,
    overheadBytes: wire.overheadBytes,
    join: (messages) => wire.join(messages),
    encode(value) {
      const result = validator?.validate(value);
      // Before any wait: what is sent is what was handed over, whatever becomes of the object meanwhile.
      if (result instanceof Promise) return acceptLate(wire.encode(value), value, result);
      if (result !== undefined) accept(value, result);
      return wire.encode(value);
    },
    decode(message) {
      const decoded = wire.decode(message);
      // Without a schema the caller names the type of what arrives, and answers for it.
      if (validator === undefined) return decoded as Decoded<Out>;
      if (!decoded.ok) return decoded;
      const raw = decoded.value;
      const result = validator.validate(raw);
      // Most schemas answer at once; a promise for every message of a large page would cost more than the parsing.
      return result instanceof Promise ? result.then((late) => verdict(raw, late)) : verdict(raw, result);
    },
  };
}
