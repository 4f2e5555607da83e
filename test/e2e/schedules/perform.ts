import { expect } from "vitest";
import { authorsIn, transcript } from "./messages.ts";
import { isExpected, type ProducerHistory, produce } from "./produce.ts";
import { read } from "./read.ts";
import type { Schedule } from "./schedule.ts";
import { type Origins, Stage } from "./stage.ts";

const DEADLINE_MS = 60_000;

/**
 * Lets a schedule happen to a new stream, and compares what everybody was told with what is stored: each acknowledged
 * message once, the messages of each producer in its order, and for every reader all of it.
 *
 * @param origins - Where the servers are.
 * @param path - Of the stream.
 * @param schedule - What is to happen.
 * @param onAcknowledged - Called for each message that a producer knows to be stored.
 */
export async function perform(
  origins: Origins,
  path: string,
  schedule: Schedule,
  onAcknowledged: () => void = () => {},
): Promise<void> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const stage = new Stage(origins, path, schedule, deadline, onAcknowledged);
  const { contentType, producers, readers, fence } = schedule;
  const stream = stage.handle();
  await stream.create();
  const reading = Promise.all(readers.map((plan) => read(stage, plan)));
  // Whoever writes is waited for first; a reader's failure is told below.
  reading.catch(() => {});
  const histories = await Promise.all(
    producers.map(async (plan, index) => {
      const fenceAt = fence !== "no" && index === 0 ? Math.floor(plan.messages / 2) : undefined;
      const history = await produce(stage, plan, `p${index}`, fenceAt);
      stage.change();
      return history;
    }),
  );
  await stream.close();
  stage.change();
  const stored = await stage.stored();
  checkProducers(schedule, histories, stored);
  for (const messages of await reading) expect(transcript(contentType, messages)).toBe(stored);
}

function checkProducers(schedule: Schedule, histories: readonly ProducerHistory[], stored: string): void {
  const authors = authorsIn(schedule.contentType, stored);
  for (const [index, { name, acknowledged, errors }] of histories.entries()) {
    const plan = schedule.producers[index];
    const fence = index === 0 ? schedule.fence : "no";
    const inStream = authors.filter((author) => author.name === name).map(({ n }) => n);
    expect(inStream, `${name}: in order, each once`).toEqual([...new Set(inStream)].toSorted((a, b) => a - b));
    expect(acknowledged, `${name}: told in order`).toEqual(acknowledged.toSorted((a, b) => a - b));
    expect(inStream, `${name}: nothing acknowledged is lost`).toEqual(expect.arrayContaining(acknowledged));
    const unexpected = errors.filter((error) => plan === undefined || !isExpected(error, plan, fence));
    expect(unexpected, `${name}: no other trouble than what the schedule makes`).toEqual([]);
    if (plan?.crashes.length === 0 && fence === "no") expect(inStream).toHaveLength(plan.messages);
    if (fence === "fatal") expect(errors.length, `${name}: is told of the fence`).toBeGreaterThan(0);
  }
  const strangers = authors.filter(({ name }) => name === "stranger");
  expect(strangers).toHaveLength(schedule.fence === "no" ? 0 : 1);
  expect(authors.length, "every byte is somebody's").toBe(
    histories.reduce((sum, { name }) => sum + authors.filter((author) => author.name === name).length, 0) +
      strangers.length,
  );
}
