/** A content type written out in the source, such as `"text/plain"`; a mere `string` is none. */
export type MediaType = `${string}/${string}`;

type WithParameters<Type extends string> = Type | `${Type};${string}` | `${Type} ;${string}`;

/**
 * What a stream without a schema holds, by its content type: `unknown` for JSON, `string` for text, `Uint8Array` for
 * everything else.
 *
 * @example
 * ```ts
 * type Message = MessageOf<"text/markdown">; // string
 * ```
 */
export type MessageOf<ContentType extends MediaType> =
  Lowercase<ContentType> extends WithParameters<"application/json">
    ? unknown
    : Lowercase<ContentType> extends `text/${string}`
      ? string
      : Uint8Array;
