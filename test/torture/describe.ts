import type { Disturbance, Program, Step } from "./program.ts";

/** A program as a list that can be read: what each client does, and what happens to the server. */
export function describeProgram({ seed, kind, pageBytes, eventBytes, clients, disturbances }: Program): string {
  const lines = [`seed ${seed}: ${kind}, pages of ${pageBytes} bytes, events of ${eventBytes}`];
  for (const [number, steps] of clients.entries()) {
    if (steps.length > 0) lines.push(`  client ${number}`, ...steps.map((step) => `    ${describeStep(step)}`));
  }
  if (disturbances.length > 0)
    lines.push("  meanwhile", ...disturbances.map((item) => `    ${describeDisturbance(item)}`));
  return lines.join("\n");
}

function describeStep({ name, pauseMs, link, action }: Step): string {
  const { kind, ...facts } = action;
  const { upMs, downMs, fault } = link;
  const mishap = fault === undefined ? "" : `, ${factsOf(fault)}`;
  return `${name}: after ${pauseMs} ms ${kind} ${listed(facts)} (${upMs} ms there, ${downMs} ms back${mishap})`;
}

function describeDisturbance({ name, atMs, ...facts }: Disturbance): string {
  return `${name}: after ${atMs} ms ${factsOf(facts)}`;
}

const factsOf = ({ kind, ...facts }: { readonly kind: string }): string => [kind, listed(facts)].join(" ").trim();

const listed = (facts: object): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(" ");
