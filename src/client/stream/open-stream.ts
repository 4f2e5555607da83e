import type { PathParams, StreamContract } from "../../shared/contract/index.ts";
import { parseStreamUrl } from "../transport/url.ts";
import { DurableStream } from "./durable-stream.ts";
import type { DurableStreamBaseOptions } from "./options.ts";

/**
 * What {@link openStream} takes besides the contract.
 *
 * @typeParam Path The pattern of the contract's paths.
 */
export type OpenStreamOptions<Path extends string> = Omit<DurableStreamBaseOptions, "url"> & {
  /**
   * Where the server's streams live: its origin and `basePath`, or that path alone where there is a page. Query parameters
   * in it are sent with every request.
   */
  readonly baseUrl: string | URL;
} & (keyof PathParams<Path> extends never
    ? {
        /** The pattern has no parameters. */
        readonly path?: PathParams<Path> | undefined;
      }
    : {
        /** A value for each parameter of the pattern; what `contract.pathOf` takes. */
        readonly path: PathParams<Path>;
      });

/**
 * Makes a handle on one stream of a contract, whose messages are typed and checked by it in both directions: those that
 * are written before they are sent, those that are read before they are delivered. Nothing is requested.
 *
 * @param contract From `defineStream`.
 * @param options Where the server is, which of the contract's streams is meant, and what any `DurableStream` takes.
 * @returns `new DurableStream` with the contract's schema and content type.
 * @throws InvalidRequestError for a parameter that no path can hold; what the constructor throws.
 *
 * @example
 * ```ts
 * const chat = openStream(chats, { baseUrl: "https://example.test/v1/stream", path: { chatId: "42" } });
 * await using producer = chat.producer({ id: "ada" });
 * await producer.append({ from: "ada", text: "hello" });
 * ```
 */
export function openStream<Path extends string, Out, In>(
  contract: StreamContract<Path, Out, In>,
  options: OpenStreamOptions<Path>,
): DurableStream<Out, In>;
export function openStream(
  contract: StreamContract,
  { baseUrl, path = {}, ...options }: OpenStreamOptions<string>,
): DurableStream {
  const url = parseStreamUrl(baseUrl);
  const { contentType, schema } = contract;
  const segments = contract.pathOf(path).split("/").map(encodeURIComponent);
  url.pathname = url.pathname.replace(/\/*$/, `/${segments.join("/")}`);
  return new DurableStream({ ...options, url, contentType, schema });
}
