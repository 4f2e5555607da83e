import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { PathParams } from "./path-params.ts";

/**
 * What both halves agree on about the streams at the paths of a pattern. Made by `defineStream`; holds no connection and
 * no state.
 *
 * @typeParam Path The pattern of the paths.
 * @typeParam Out What reading yields.
 * @typeParam In What writing takes.
 */
export interface StreamContract<Path extends string = string, Out = unknown, In = Out> {
  /** The pattern of the paths, as it was given: `"/chats/:chatId"`. */
  readonly path: Path;
  /** The content type of the streams. */
  readonly contentType: string;
  /** What each JSON message must be like; not checked when there is none. */
  readonly schema: StandardSchemaV1<In, Out> | undefined;

  /**
   * The path of one stream, as servers know it: decoded, without base path and leading slash. It is what `authorize` is
   * told, and the name of the stream's Durable Object.
   *
   * @param params A value for each parameter of the pattern.
   * @throws InvalidRequestError that names the parameter when a value is empty, `.` or `..`, or holds a slash, a
   * backslash, a control character or half a surrogate pair; with status 414 when the path has more than 1,024 bytes.
   *
   * @example
   * ```ts
   * chats.pathOf({ chatId: "café" }); // "chats/café"
   * ```
   */
  pathOf(params: PathParams<Path>): string;

  /**
   * The inverse of {@link StreamContract.pathOf}.
   *
   * @param path A path as servers know it.
   * @returns The parameters, or `undefined` when the path is not one of the contract's.
   *
   * @example
   * ```ts
   * const authorize: Authorize = ({ path, request }) => chats.match(path)?.chatId === chatOf(request);
   * ```
   */
  match(path: string): PathParams<Path> | undefined;
}
