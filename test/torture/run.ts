import { check } from "./check/check.ts";
import { Client } from "./client.ts";
import { AFTERWARDS, History, type Operation } from "./history.ts";
import { type Disturbance, PATHS, type Program, type Step } from "./program.ts";
import { Random } from "./random.ts";
import type { Bed } from "./server.ts";
import { Simulation } from "./simulation.ts";
import { Stage } from "./stage.ts";

/** What came of one program. */
export interface Report {
  /** What was wrong; empty when nothing was. */
  readonly violations: readonly string[];
  /** Whether the search for an order was given up, because there were too many to try. */
  readonly undecided: boolean;
  readonly history: History;
  readonly operations: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
}

/** So far in the future that the platform's own alarms never come: the harness fires them when they are due here. */
const EPOCH = Date.UTC(2100, 0, 1);

/** Longer than the last retry of a release, and than a fork may be in the making. */
const AFTERWARDS_MS = 4 * 3_600_000;

/** Runs a program on a new server and checks what it did. */
export async function run(program: Program, bed: Bed): Promise<Report> {
  const simulation = new Simulation(EPOCH, bed.rest);
  const history = new History(simulation.now);
  const restore = seedRandomness(program.seed);
  try {
    const server = await bed.open(program, simulation);
    const stage = new Stage(program, simulation, server, history);
    try {
      await simulation.until("the program", play(stage));
      await simulation.until("what follows", finish(stage));
    } catch (error) {
      history.complaints.push(String(error));
    }
    stage.faults.addAll(server.failures);
    // A storage that fails excuses a server that fails.
    if (server.failures.size === 0)
      for (const error of server.errors) history.complaints.push(`The server reported ${error}`);
    const { violations, undecided } = check(history, program, bed.newsMs);
    return { violations, undecided, history, operations: stage.operations.counts, faults: stage.faults.counts };
  } finally {
    restore();
  }
}

/** Clients and disturbances all at once. */
async function play(stage: Stage): Promise<void> {
  const { program, server } = stage;
  const clients = program.clients.map((steps, number) => new Client(stage, number).run(steps));
  const disturbances = program.disturbances.map((disturbance) => disturb(stage, disturbance));
  await Promise.all([...clients, ...disturbances]);
  await stage.alone();
  server.calm();
}

async function disturb(stage: Stage, disturbance: Disturbance): Promise<void> {
  const { simulation, server, history, faults } = stage;
  await simulation.sleep(disturbance.atMs);
  const from = simulation.now();
  if (disturbance.kind === "clock jumped") simulation.jump(disturbance.byMs);
  const happened = await server.disturb(disturbance);
  if (!happened) return;
  faults.add(disturbance.kind);
  if (FORGETFUL.has(disturbance.kind)) history.restarts.push(simulation.now());
  const lasts = disturbance.kind === "storage failing" ? disturbance.forMs : 0;
  history.unrest.push({ from, to: simulation.now() + lasts });
}

const FORGETFUL: ReadonlySet<Disturbance["kind"]> = new Set(["evicted", "crashed", "isolate replaced"]);

/** Reads everything there is from everywhere, deletes it, and sees that nothing is left. */
async function finish(stage: Stage): Promise<void> {
  const { simulation, server, history } = stage;
  const last = new Client(stage, 0);
  const link = { upMs: 0, downMs: 0, fault: undefined };
  const act = (action: Step["action"]): Promise<void> => last.perform({ name: AFTERWARDS, pauseMs: 0, link, action });
  const paths = pathsIn(history);
  for (const path of paths) {
    await act({ kind: "head", path });
    await act({ kind: "catch up", path, from: "start" });
    if (!isThere(history.operations.at(-1))) continue;
    // Every offset that anybody was given must lead to where it led before.
    for (const place of [...stage.met(path)]) await last.look(AFTERWARDS, path, place);
  }
  for (const path of paths) await act({ kind: "delete", path });
  for (let round = 0; round < 3; round++) {
    simulation.jump(AFTERWARDS_MS);
    await server.maintain();
  }
  for (const path of paths) {
    await act({ kind: "head", path });
    const status = history.operations.at(-1)?.answer?.status;
    if (status !== 404) history.complaints.push(`${path} answers ${status} when everything was deleted long ago`);
  }
}

/** The paths that anything was asked about. */
const pathsIn = ({ operations }: History): string[] =>
  PATHS.filter((path) =>
    operations.some(({ ask }) => ask.path === path || (ask.kind === "fork" && ask.source === path)),
  );

const isThere = (operation: Operation | undefined): boolean => operation?.answer?.status === 200;

/** Backoff is jittered with the platform's randomness: for as long as a program runs, that comes from its seed too. */
function seedRandomness(seed: number): () => void {
  const { random } = Math;
  Math.random = new Random(seed).next;
  return () => {
    Math.random = random;
  };
}
