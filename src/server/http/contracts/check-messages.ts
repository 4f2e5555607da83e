import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidMessageError, type MessageIssue } from "../../../shared/index.ts";
import { judge } from "../../../shared/judge.ts";
import { messageGroups } from "./message-groups.ts";

/** With these limits the whole problem document stays below the 64 Ki characters that clients read of one. */
const MAX_ISSUES = 10;
const MAX_TEXT_LENGTH = 256;
const MAX_PATH_LENGTH = 12;
const MAX_KEY_LENGTH = 48;

/**
 * Asks a schema about every message of a JSON body. Numbers and repeated keys are judged as `JSON.parse` reads them; what
 * is stored is what was sent all the same.
 *
 * @param schema What the messages must be like.
 * @param body One JSON text; left unchanged.
 * @param maxMessageBytes Largest message to ask about.
 * @throws InvalidMessageError with the first ten issues, long ones cut short; InvalidJsonError; PayloadTooLargeError;
 * what the schema throws.
 */
export async function checkMessages(
  schema: StandardSchemaV1,
  body: Uint8Array,
  maxMessageBytes: number,
): Promise<void> {
  const found: MessageIssue[] = [];
  let index = 0;
  for (const values of messageGroups(body, maxMessageBytes)) {
    for (const value of values) {
      const verdict = judge(schema, value);
      // Most schemas answer at once, and waiting a turn for each message would take longer than all the rest.
      const { issues } = verdict instanceof Promise ? await verdict : verdict;
      if (issues !== undefined) found.push(...messageIssues(index, issues));
      if (found.length >= MAX_ISSUES) throw new InvalidMessageError({ issues: found.slice(0, MAX_ISSUES) });
      index += 1;
    }
  }
  if (found.length > 0) throw new InvalidMessageError({ issues: found });
}

function messageIssues(index: number, issues: readonly StandardSchemaV1.Issue[]): MessageIssue[] {
  // A schema may refuse without saying why.
  if (issues.length === 0) return [{ message: "The schema refuses it", path: [index] }];
  return issues.slice(0, MAX_ISSUES).map(({ message, path = [] }) => ({
    message: message.slice(0, MAX_TEXT_LENGTH),
    path: [index, ...path.slice(0, MAX_PATH_LENGTH).map(keyOf)],
  }));
}

function keyOf(segment: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof segment === "object" ? segment.key : segment;
  return typeof key === "number" ? key : String(key).slice(0, MAX_KEY_LENGTH);
}
