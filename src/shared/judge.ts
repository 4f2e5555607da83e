import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * Asks a schema about a value that anybody may have sent. A schema that refers to itself goes as deep as the value does,
 * and how deep that is, is up to whoever sends it: where the call stack ends, the value is refused.
 *
 * @param schema The schema.
 * @param value What it is asked about.
 * @returns What the schema says, at once if it does.
 * @throws What the schema throws for any other reason.
 *
 * @example
 * ```ts
 * const { issues } = await judge(schema, JSON.parse(text));
 * ```
 */
export function judge<Out>(
  schema: StandardSchemaV1<unknown, Out>,
  value: unknown,
): StandardSchemaV1.Result<Out> | Promise<StandardSchemaV1.Result<Out>> {
  try {
    const verdict = schema["~standard"].validate(value);
    return verdict instanceof Promise ? verdict.catch(refuseDepth) : verdict;
  } catch (error) {
    return refuseDepth(error);
  }
}

function refuseDepth(error: unknown): StandardSchemaV1.FailureResult {
  // V8 and JavaScriptCore say it in the first words, SpiderMonkey in the last; any other error is the schema's own.
  if (/call stack size|too much recursion/.test(String(error))) return { issues: [{ message: "Nested too deeply" }] };
  throw error;
}
