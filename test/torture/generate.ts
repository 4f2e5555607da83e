import {
  type Action,
  type ContentKind,
  type Disturbance,
  type DisturbanceKind,
  type Fault,
  type From,
  PATHS,
  type Program,
  type Step,
} from "./program.ts";
import { Random } from "./random.ts";
import { pickKind, THEMES, type Theme } from "./themes.ts";

/** How long clients are at work, about, in ms. */
const SPAN_MS = 3000;

/** What programs are made for. */
export interface Suitability {
  /** What can happen to the server. */
  readonly repertoire: readonly DisturbanceKind[];
  /** What cannot happen to a request. */
  readonly unfit?: readonly Fault["kind"][];
}

/** Makes a program for a kind of server. */
export function generate(seed: number, { repertoire, unfit = [] }: Suitability): Program {
  const random = new Random(seed);
  const kind = random.pick<ContentKind>(["json", "text", "bytes"]);
  const faulty = random.chance(0.8);
  const lifetimes = random.chance(0.4);
  // A text cut within a character cannot travel over SSE, so only other streams are forked anywhere.
  const themes = random.pick(THEMES);
  const shape: Shape = { faulty, lifetimes, large: random.chance(0.1), divisible: kind !== "text", unfit };
  const clients = Array.from({ length: random.int(2, 4) }, (_, client) => {
    const theme = themes[client % themes.length];
    if (theme === undefined) throw new RangeError("Clients are about something");
    return Array.from({ length: random.int(2, 10) }, (_, step) => makeStep(random, shape, theme, client, step));
  });
  const available = repertoire.filter((name) => name !== "clock jumped" || lifetimes);
  const count = faulty && available.length > 0 ? random.int(0, 4) : 0;
  const disturbances = Array.from({ length: count }, (_, at) => makeDisturbance(random, available, clients.length, at));
  return {
    seed,
    kind,
    pageBytes: random.pick(shape.large ? [4000, 100_000] : [64, 300, 100_000]),
    eventBytes: random.pick(shape.large ? [5000, 100_000] : [50, 400, 100_000]),
    clients,
    disturbances,
  };
}

interface Shape {
  readonly faulty: boolean;
  readonly lifetimes: boolean;
  readonly large: boolean;
  readonly divisible: boolean;
  readonly unfit: readonly Fault["kind"][];
}

function makeStep(random: Random, shape: Shape, theme: Theme, client: number, step: number): Step {
  const name = `${client}.${step}`;
  const opening = step === 0 ? client : undefined;
  const pauseMs = random.weighted([
    [opening ? 0 : 5, 0],
    [10, random.int(opening ? 40 : 1, 60)],
    [5, random.int(60, 600)],
    [shape.lifetimes ? 2 : 0, random.int(600, 4000)],
  ]);
  const action = makeOpening(random, shape, opening) ?? makeAction(random, shape, theme);
  const drawn = shape.faulty && random.chance(0.25) ? makeFault(random) : undefined;
  const fault = drawn && (opening === 0 || shape.unfit.includes(drawn.kind)) ? undefined : drawn;
  return { name, pauseMs, link: { upMs: random.int(0, 30), downMs: random.int(0, 30), fault }, action };
}

function makeFault(random: Random): Fault {
  return random.weighted<Fault>([
    [2, { kind: "request lost" }],
    [6, { kind: "response lost" }],
    [4, { kind: "duplicated", afterMs: random.int(0, 500) }],
    [4, { kind: "delayed", byMs: random.int(50, 1500), patienceMs: random.int(5, 60) }],
    [2, { kind: "reset in request", at: random.next() }],
    [1, { kind: "cut short", at: random.next() }],
    [2, { kind: "reset in response", at: random.next() }],
    [3, { kind: "client left", afterMs: random.int(0, 60) }],
    [4, { kind: "slow body", pieces: random.int(2, 4), pauseMs: random.int(1, 80) }],
  ]);
}

/** The first clients begin by creating streams, so that there is something to meet at. */
function makeOpening(random: Random, shape: Shape, client: number | undefined): Action | undefined {
  if (client === 0) return makeCreate(random, shape, PATHS[0]);
  if (client === 1 && random.chance(0.5)) return makeCreate(random, shape, PATHS[1]);
  return undefined;
}

function makeAction(random: Random, shape: Shape, theme: Theme): Action {
  const path = random.weighted([
    [theme.focus, PATHS[0]],
    [3, PATHS[1]],
    [2, PATHS[2]],
  ]);
  const makers: Readonly<Record<Action["kind"], () => Action>> = {
    create: () => makeCreate(random, shape, path),
    fork: () => makeFork(random, shape, path),
    append: () => makeAppend(random, shape, path),
    produce: () => makeProduce(random, shape, path),
    close: () => ({ kind: "close", path }),
    delete: () => ({ kind: "delete", path }),
    head: () => ({ kind: "head", path }),
    "catch up": () => ({ kind: "catch up", path, from: makeFrom(random) }),
    "long-poll": () => ({ kind: "long-poll", path, from: makeFrom(random, true), times: random.int(1, 3) }),
    sse: () => ({ kind: "sse", path, from: makeFrom(random, true), stayMs: random.int(50, 2500) }),
  };
  return makers[pickKind(random, theme)]();
}

/** Whoever reads live mostly waits at the tail. */
const makeFrom = (random: Random, live = false): From =>
  random.weighted<From>([
    [live ? 8 : 4, "own"],
    [live ? 2 : 4, "start"],
    [live ? 5 : 2, "now"],
    [2, { known: random.int(0, 30) }],
  ]);

function makeCreate(random: Random, shape: Shape, path: string): Action {
  const [ttl, expiresInMs] = makeLifetime(random, shape);
  const units = random.chance(0.4) ? makeUnits(random, shape) : [];
  return { kind: "create", path, ttl, expiresInMs, closed: random.chance(0.05), units };
}

/** Few lifetimes, so that a repeated creation asks for the same one now and then. */
function makeLifetime(
  random: Random,
  { lifetimes }: Shape,
): [ttl: number | undefined, expiresInMs: number | undefined] {
  if (!lifetimes || random.chance(0.3)) return [undefined, undefined];
  return random.chance(0.8) ? [random.pick([1, 2]), undefined] : [undefined, random.pick([1500, 3000])];
}

function makeFork(random: Random, shape: Shape, path: string): Action {
  const at = random.chance(0.5) ? random.int(0, 30) : undefined;
  const [ttl] = makeLifetime(random, shape);
  const sub = shape.divisible && at !== undefined && random.chance(0.5) ? random.int(1, 4) : 0;
  const source = random.pick(PATHS.filter((other) => other !== path));
  return { kind: "fork", path, source, at, sub, ttl: random.chance(0.5) ? ttl : undefined };
}

function makeAppend(random: Random, shape: Shape, path: string): Action {
  return {
    kind: "append",
    path,
    units: makeUnits(random, shape),
    close: random.chance(0.04),
    streamSeq: random.chance(0.15) ? random.int(0, 9) : undefined,
    wrongType: random.chance(0.03),
  };
}

function makeProduce(random: Random, shape: Shape, path: string): Action {
  return {
    kind: "produce",
    path,
    units: makeUnits(random, shape),
    burst: random.weighted([
      [5, 1],
      [2, random.int(2, 3)],
    ]),
    close: random.chance(0.04),
    shared: random.chance(0.25),
    restart: random.chance(0.1),
  };
}

function makeUnits(random: Random, { large }: Shape): number[] {
  const size = () => (large && random.chance(0.3) ? random.int(5000, 20_000) : random.int(0, 60));
  return Array.from({ length: random.int(1, 3) }, size);
}

function makeDisturbance(
  random: Random,
  repertoire: readonly DisturbanceKind[],
  clients: number,
  at: number,
): Disturbance {
  const kind = random.pick(repertoire);
  const when = { name: `x${at}`, atMs: random.int(0, SPAN_MS) };
  const path = random.pick(PATHS);
  switch (kind) {
    case "evicted":
    case "crashed":
    case "alarm early":
    case "alarm repeated":
      return { ...when, kind, path };
    case "alarm late":
      return { ...when, kind, path, byMs: random.int(100, 5000) };
    case "isolate replaced":
      return { ...when, kind, client: random.int(0, clients - 1) };
    case "maintained":
      return { ...when, kind };
    case "clock jumped":
      return { ...when, kind, byMs: random.int(100, 5000) };
    case "storage failing":
      return {
        ...when,
        kind,
        forMs: random.int(50, 1000),
        rate: random.pick([0.1, 0.3, 1]),
        dice: random.int(0, 2 ** 31),
      };
  }
}
