import type { StandardSchemaV1 } from "@standard-schema/spec";
import { isJsonContentType } from "../content-type.ts";
import type { MediaType, MessageOf } from "./message-type.ts";
import type { StreamPattern } from "./path-params.ts";
import { fillPattern, matchPattern, parsePattern } from "./pattern.ts";
import type { StreamContract } from "./stream-contract.ts";

/** What {@link defineStream} takes, whatever the streams hold. */
interface Definition<Path extends string> {
  /**
   * Which streams it is about, below the server's base path: segments joined with `/`, each of them literal text or a
   * parameter such as `:chatId`, which stands for one whole segment.
   */
  readonly path: Path;
}

/**
 * What {@link defineStream} takes for streams of checked messages.
 *
 * @typeParam Path The pattern of the paths.
 * @typeParam Schema The type of the schema.
 */
export interface SchemaDefinition<Path extends string, Schema extends StandardSchemaV1> extends Definition<Path> {
  /** What each message must be like: any Standard Schema (zod, valibot, arktype…), its answer at once or a promise. */
  readonly schema: Schema;
  /** `application/json`, the default, or that with parameters: a schema judges JSON messages. */
  readonly contentType?: "application/json" | `application/json;${string}` | undefined;
}

/**
 * What {@link defineStream} takes for streams that are typed by their content type alone.
 *
 * @typeParam Path The pattern of the paths.
 * @typeParam ContentType The content type, written out.
 */
export interface PlainDefinition<Path extends string, ContentType extends MediaType> extends Definition<Path> {
  /** None: messages are not checked. */
  readonly schema?: undefined;
  /** Content type of the streams. Default `application/json`. */
  readonly contentType?: ContentType | undefined;
}

/**
 * Says once, for server and client, what the streams at some paths hold. Put it into a module that both import.
 *
 * The server, given `contracts`, refuses what the schema refuses and stores nothing of it; the client's `openStream` makes
 * a handle whose producers and readers are typed and checked by it. What travels and is stored is the schema's input, byte
 * for byte as the writer sent it: a schema that transforms does so in the readers.
 *
 * @param definition The paths, and a schema or a content type.
 * @throws TypeError for a path that is no pattern, and for a schema on streams that are not JSON.
 *
 * @example
 * ```ts
 * export const chats = defineStream({
 *   path: "/chats/:chatId",
 *   schema: z.object({ from: z.string(), text: z.string().max(2000) }),
 * });
 *
 * createStreamWorker<Env>({ binding: "STREAMS", authorize, contracts: [chats] }); // in the Worker
 * openStream(chats, { baseUrl: "/v1/stream", path: { chatId: "42" } }); // in the page
 * ```
 */
export function defineStream<const Path extends StreamPattern, Schema extends StandardSchemaV1>(
  definition: SchemaDefinition<Path, Schema>,
): StreamContract<Path, StandardSchemaV1.InferOutput<Schema>, StandardSchemaV1.InferInput<Schema>>;
export function defineStream<
  const Path extends StreamPattern,
  const ContentType extends MediaType = "application/json",
>(definition: PlainDefinition<Path, ContentType>): StreamContract<Path, MessageOf<ContentType>>;
export function defineStream({
  path,
  schema,
  contentType = "application/json",
}: SchemaDefinition<string, StandardSchemaV1> | PlainDefinition<string, MediaType>): StreamContract {
  const pattern = parsePattern(path);
  if (schema !== undefined && !isJsonContentType(contentType)) {
    throw new TypeError(`A schema judges JSON messages, and a stream of ${contentType} has none`);
  }
  return Object.freeze({
    path,
    contentType,
    schema,
    pathOf: (params: Readonly<Record<string, string>>) => fillPattern(pattern, params),
    match: (given: string) => matchPattern(pattern, given),
  });
}
