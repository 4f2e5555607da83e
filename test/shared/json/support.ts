import fc from "fast-check";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of valid UTF-8, a byte order mark included. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Whether the platform's own decoder and parser accept the bytes. */
export function platformAccepts(bytes: Uint8Array): boolean {
  try {
    JSON.parse(text(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Texts of single JSON values, with the spellings that a re-serialising store would lose. */
export const messageText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.json({ stringUnit: "binary" }) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.jsonValue(), fc.nat(3)).map(([value, indent]) => JSON.stringify(value, null, indent)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "12345678901234567890",
      "-0",
      "1.0",
      "1e400",
      "1E-07",
      '{"a":1,"a":2}',
      '"\\ud83d\\ude00"',
      '"\\ud83d"',
      '" "',
      '",]}"',
      '"\\\\"',
      '"\\""',
      '"a\\/b"',
      "[ ]",
      "{ }",
      "[[[]]]",
      "[{}, {} ]",
      '{ "k" : [ true , false , null ] }',
      '"日本語"',
    ),
  },
);

/** White space as JSON allows it between tokens, mostly none. */
export const blank: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(" ", "\n", "\r", "\t"), { maxLength: 3 }).map((parts) => parts.join("")),
  },
);

/** A message with the blanks around it. */
export const spacedMessage = fc.record({ before: blank, message: messageText, after: blank });

/** The text of an array of messages, each with its blanks, and what stands around the array. */
export function arrayText(
  parts: readonly { readonly before: string; readonly message: string; readonly after: string }[],
  around: readonly [string, string] = ["", ""],
): string {
  const inner = parts.map(({ before, message, after }) => before + message + after).join(",");
  return `${around[0]}[${inner}]${around[1]}`;
}
