/** A value, or a function that gives it for each attempt: a token that expires, say. `undefined` leaves it out. */
export type Dynamic = string | undefined | (() => string | undefined | Promise<string | undefined>);

/** Headers or query parameters by name. */
export type DynamicValues = Readonly<Record<string, Dynamic>>;

/** Says whether evaluating anew can give anything new. */
export function isDynamic(values: DynamicValues | undefined): boolean {
  return Object.values(values ?? {}).some((value) => typeof value === "function");
}

/**
 * Evaluates all values, the functions side by side.
 *
 * @returns Names and values, in the order given, without those that are `undefined`.
 * @throws Whatever a function throws.
 */
export async function evaluate(values: DynamicValues | undefined): Promise<[string, string][]> {
  const entries = Object.entries(values ?? {}).map(
    async ([name, value]) => [name, typeof value === "function" ? await value() : value] as const,
  );
  return (await Promise.all(entries)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}
