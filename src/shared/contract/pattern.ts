import { RESERVED_CONTROL_PATH_SEGMENT } from "../constants.ts";
import { InvalidRequestError } from "../errors/request-errors.ts";
import { isPathSegment, isPathTooLong, MAX_PATH_BYTES } from "../stream-path.ts";

/** A pattern taken apart: the text of each segment, and the parameter's name where it is one. */
export type Pattern = readonly { readonly text: string; readonly param: string | undefined }[];

const PARAM = /^:([A-Za-z]\w*)$/;
/** What other routers and URLs give a meaning to would be taken for that here as well. */
const RESERVED_CHARACTERS = /[:*?#%]/;

/**
 * Takes a pattern apart: `/`, then segments joined with `/`, each of them a parameter (`:name`) or literal text, written
 * as it is and not percent-encoded. There are no wildcards and no optional segments.
 *
 * @throws TypeError when a segment is neither, a name comes twice, or the first segment is `__ds`.
 */
export function parsePattern(path: string): Pattern {
  const [start, ...texts] = path.split("/");
  const pattern = texts.map((text) => ({ text, param: PARAM.exec(text)?.[1] }));
  const names = pattern.flatMap(({ param }) => param ?? []);
  const isSound =
    start === "" &&
    new Set(names).size === names.length &&
    texts[0] !== RESERVED_CONTROL_PATH_SEGMENT &&
    pattern.every(({ text, param }) => param || (isPathSegment(text) && !RESERVED_CHARACTERS.test(text)));
  if (!isSound) throw new TypeError(`"${path}" is no pattern of stream paths: write it like "/rooms/:roomId"`);
  return pattern;
}

/**
 * Puts values in the place of a pattern's parameters.
 *
 * @returns The canonical path: decoded, without a leading slash.
 * @throws InvalidRequestError that names the parameter when its value cannot be a segment of a path; with 414 when the
 * path is too long.
 */
export function fillPattern(pattern: Pattern, params: Readonly<Record<string, string>>): string {
  const path = pattern.map(({ text, param }, at) => (param ? segmentOf(params, param, at) : text)).join("/");
  if (isPathTooLong(path)) {
    const detail = `A stream's path has at most ${MAX_PATH_BYTES} bytes`;
    throw new InvalidRequestError({ parameter: "path", status: 414 }, { detail });
  }
  return path;
}

/** The types demand every value, and some callers are not typed: `/rooms/undefined` would be a stream like any other. */
function segmentOf(params: Readonly<Record<string, string>>, name: string, at: number): string {
  const value: unknown = params[name];
  if (typeof value === "string" && isPathSegment(value) && (at > 0 || value !== RESERVED_CONTROL_PATH_SEGMENT)) {
    return value;
  }
  const detail = `${name} cannot be a segment of a path: ${JSON.stringify(value)}`;
  throw new InvalidRequestError({ parameter: name }, { detail });
}

/**
 * The inverse of {@link fillPattern}.
 *
 * @param path A canonical path.
 * @returns The values by name, or `undefined` when the path is none of the pattern's.
 */
export function matchPattern(pattern: Pattern, path: string): Readonly<Record<string, string>> | undefined {
  const segments = path.split("/");
  if (segments.length !== pattern.length) return undefined;
  const params: [name: string, value: string][] = [];
  for (const [at, { text, param }] of pattern.entries()) {
    const segment = segments[at] ?? "";
    if (param !== undefined && isPathSegment(segment)) params.push([param, segment]);
    else if (segment !== text) return undefined;
  }
  return Object.fromEntries(params);
}
