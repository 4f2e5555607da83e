import type { Shell } from "./shell.ts";

/** What a command found out, by name. What is `undefined` is left out. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes a command's result: one fact to a line for people, or one line of JSON for programs. */
export async function printFacts(
  facts: Facts,
  shell: Shell,
  { json = false }: { readonly json?: boolean | undefined },
): Promise<void> {
  if (json) return shell.write(`${JSON.stringify(facts)}\n`);
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  await shell.write(known.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join(""));
}
