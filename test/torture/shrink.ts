import type { Program, Step } from "./program.ts";

/** Whether a program still goes wrong. */
export type Fails = (program: Program) => Promise<boolean>;

/** Most programs to try: a stubborn failure is reported as it is then. */
const MOST_TRIALS = 200;

/**
 * Makes a program that goes wrong as short as it gets: takes away clients, disturbances, steps and faults as long as
 * what is left still goes wrong, then evens out times and sizes.
 */
export async function shrink(program: Program, fails: Fails): Promise<Program> {
  let best = program;
  let trials = 0;
  const improve = async (candidates: Iterable<Program>): Promise<boolean> => {
    for (const candidate of candidates) {
      trials += 1;
      if (trials > MOST_TRIALS) return false;
      if (await fails(candidate)) {
        best = candidate;
        return true;
      }
    }
    return false;
  };
  while ((await improve(shorter(best))) || (await improve(plainer(best)))) {
    // Each improvement makes others possible.
  }
  return best;
}

/** The same program with less in it, the largest parts first. */
function* shorter(program: Program): Generator<Program> {
  const { clients, disturbances } = program;
  for (const [number, steps] of clients.entries()) {
    if (steps.length > 0) yield { ...program, clients: clients.with(number, []) };
  }
  if (disturbances.length > 0) yield { ...program, disturbances: [] };
  for (const [number, steps] of clients.entries()) {
    for (let size = steps.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < steps.length; at += size) {
        yield { ...program, clients: clients.with(number, steps.toSpliced(at, size)) };
      }
    }
  }
  for (const at of disturbances.keys()) yield { ...program, disturbances: disturbances.toSpliced(at, 1) };
}

/** The same program with less going on in its steps. */
function* plainer(program: Program): Generator<Program> {
  const { clients } = program;
  for (const [number, steps] of clients.entries()) {
    for (const [at, step] of steps.entries()) {
      for (const plain of plainerSteps(step)) {
        yield { ...program, clients: clients.with(number, steps.with(at, plain)) };
      }
    }
  }
}

function* plainerSteps(step: Step): Generator<Step> {
  const { link, pauseMs, action } = step;
  if (link.fault !== undefined) yield { ...step, link: { ...link, fault: undefined } };
  if (link.upMs + link.downMs > 0) yield { ...step, link: { ...link, upMs: 0, downMs: 0 } };
  if (pauseMs > 0) yield { ...step, pauseMs: 0 };
  if ("units" in action && action.units.some((size) => size > 0)) {
    yield { ...step, action: { ...action, units: action.units.map(() => 0) } };
  }
  if ("units" in action && action.units.length > 1) {
    yield { ...step, action: { ...action, units: action.units.slice(0, 1) } };
  }
  if (action.kind === "produce" && action.burst > 1) yield { ...step, action: { ...action, burst: action.burst - 1 } };
}
