import { DurableStream } from "durable-cf-streams/client";

/** The token that is good now: stands for what your app has. */
declare function freshToken(): Promise<string>;

// #region open
export function openChat(baseUrl: string) {
  return new DurableStream<{ from: string; text: string }>({
    url: `${baseUrl}/chats/lobby`,
    headers: { Authorization: async () => `Bearer ${await freshToken()}` }, // asked for every attempt
    params: { tenant: "acme" },
  });
}
// #endregion open

export async function lifecycle(stream: DurableStream<{ from: string; text: string }>) {
  // #region lifecycle
  const { created } = await stream.create({ ttlSeconds: 3_600, messages: [{ from: "ada", text: "hello" }] });
  const { offset, closed, streamId } = await stream.head();
  const fork = await stream.fork({ to: "./lobby-draft", at: offset });
  await fork.append({ from: "ada", text: "only here" });
  await stream.close({ message: { from: "ada", text: "good-bye" } }); // no more appends, by nobody
  await stream.delete(); // the fork keeps what it inherited
  // #endregion lifecycle
  return { created, closed, streamId, fork };
}

// #region integers
/** Keeps integers that a number cannot hold, such as 12345678901234567890. */
export function openLedger(url: string) {
  return new DurableStream({ url, parse: parseExactly });
}

function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    const { source = "" } = context ?? {};
    return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}
// #endregion integers
