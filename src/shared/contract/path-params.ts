/** A pattern of stream paths as it is written: from the leading slash on, without the server's base path. */
export type StreamPattern = `/${string}`;

type ParamNames<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? ParamNames<Segment> | ParamNames<Rest>
  : Path extends `:${infer Name}`
    ? Name
    : never;

/**
 * The parameters of a pattern, by name: each segment `:name` is one. A pattern that is known at run time only has any.
 *
 * @typeParam Path The pattern, written out.
 *
 * @example
 * ```ts
 * type Params = PathParams<"/users/:userId/chats/:chatId">; // { readonly userId: string; readonly chatId: string }
 * ```
 */
export type PathParams<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParamNames<Path>]: string };
