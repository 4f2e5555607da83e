/** A value, or a function that gives it for each attempt: a token that expires, say. `undefined` leaves it out. */
export type Dynamic = string | undefined | (() => string | undefined | Promise<string | undefined>);

/** Headers or query parameters by name. */
export type DynamicValues = Readonly<Record<string, Dynamic>>;

/** A header or parameter; `undefined` stands for none. */
export type Named = readonly [name: string, value: string | undefined];

/** Says whether evaluating anew can give anything new. */
export function isDynamic(values: DynamicValues | undefined): boolean {
  return Object.values(values ?? {}).some((value) => typeof value === "function");
}

/**
 * Evaluates all values, the functions side by side.
 *
 * @returns Names and values, in the order given.
 * @throws Whatever a function throws.
 */
export function evaluate(values: DynamicValues | undefined): Promise<Named[]> {
  const entries = Object.entries(values ?? {});
  return Promise.all(entries.map(async ([name, value]) => [name, typeof value === "function" ? await value() : value]));
}

/**
 * Sets headers or query parameters, each in place of one of the same name.
 *
 * @param target What to set them in.
 * @param values Names and values; what is `undefined` is left as it is.
 */
export function setAll(target: Headers | URLSearchParams, values: readonly Named[]): void {
  for (const [name, value] of values) if (value !== undefined) target.set(name, value);
}
