import { describe, expect, it } from "vitest";
import type { Checkpoint, LiveMode } from "../../../src/client/reader/index.ts";
import { TransportError } from "../../../src/shared/index.ts";
import { type Cut, type Model, ModelServer } from "./model-server.ts";
import { collectUntilError, readerOver } from "./reading.ts";

const MESSAGES = [
  '{"a":[1,[2,{"b":"]}"}]]}',
  "[[],[[]],{}]",
  String.raw`"\"[,]\\"`,
  "12345678901234567890",
  '"ä€😀"',
  "null",
  String.raw`{"\u00e4\\":"{[,"}`,
];
const TEXT = 'one\ntwo [ "ä€😀" \n\n end é';
const BYTES = Uint8Array.from({ length: 40 }, (_, at) => (at * 37) % 256);

const CONTENTS: Record<string, Pick<Model, "contentType" | "messages" | "bytes" | "boundaries">> = {
  json: {
    contentType: "application/json",
    messages: MESSAGES,
    boundaries: [
      [2, 5],
      [1, 3, 6],
    ],
  },
  text: {
    contentType: "text/plain",
    bytes: new TextEncoder().encode(TEXT),
    boundaries: [
      [12, 17],
      [9, 15],
    ],
  },
  bytes: {
    contentType: "application/octet-stream",
    bytes: BYTES,
    boundaries: [[13], [7, 21]],
  },
};

/** Events carry whole characters, pages whatever bytes are between two offsets. */
const TEXT_EVENTS: Model["boundaries"] = [
  [11, 16],
  [9, 20],
];

const MODES: Record<string, { readonly live: LiveMode; readonly allIsLive: boolean }> = {
  "catch-up": { live: false, allIsLive: false },
  "long-poll": { live: "long-poll", allIsLive: true },
  sse: { live: "sse", allIsLive: true },
};

type Message = string | Uint8Array;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** One value for comparison: JSON messages as they were on the wire, text and bytes joined. */
function joined(messages: readonly Message[], contentType: string): string {
  if (contentType === "application/json") return JSON.stringify(messages);
  return messages.map((message) => (typeof message === "string" ? message : hex(message))).join("");
}

const EXPECTED: Record<string, string> = { json: JSON.stringify(MESSAGES), text: TEXT, bytes: hex(BYTES) };

const hostFor = (server: ModelServer, contentType: string) => ({
  fetch: server.fetch,
  contentType,
  parse: (text: string) => text,
});

async function readThrough(model: Model, live: LiveMode, server: ModelServer): Promise<string> {
  const messages: Message[] = [];
  for await (const message of readerOver<Message>(hostFor(server, model.contentType), { live })) messages.push(message);
  return joined(messages, model.contentType);
}

/** Reads with one reader up to the cut, and with others, from what JSON makes of the checkpoint, behind it. */
async function readWithNewReaders(model: Model, live: LiveMode, server: ModelServer): Promise<string> {
  const messages: Message[] = [];
  let stored = "null";
  for (let readers = 0; readers < 3; readers++) {
    const from: Checkpoint | null = JSON.parse(stored);
    const reader = readerOver<Message>(hostFor(server, model.contentType), {
      live,
      onError: () => "throw",
      ...(from !== null && { from }),
    });
    try {
      for await (const message of reader) {
        messages.push(message);
        stored = JSON.stringify(reader.checkpoint);
      }
      return joined(messages, model.contentType);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
    }
  }
  throw new Error("The third reader failed as well");
}

const WAYS = { "from memory": readThrough, "from a stored checkpoint": readWithNewReaders };

describe.each(Object.keys(MODES))("read by %s", (modeName) => {
  const mode = MODES[modeName];
  describe.each(Object.keys(CONTENTS))("%s", (contentName) => {
    const content = CONTENTS[contentName];
    if (mode === undefined || content === undefined) throw new Error("No such case");

    describe.each(Object.keys(WAYS))("and resumed %s", (wayName) => {
      const read = wayName === "from memory" ? WAYS["from memory"] : WAYS["from a stored checkpoint"];

      it.each([
        ["with the same boundaries", true, "error"],
        ["with other boundaries", false, "error"],
        ["with other boundaries, the cut looking like an end", false, "end"],
      ] as const)("is exact for a cut at every byte, %s", async (_, same, looksLike) => {
        const isTextEvents = mode.live === "sse" && contentName === "text";
        const [first, second] = isTextEvents ? TEXT_EVENTS : content.boundaries;
        const model: Model = { ...content, boundaries: [first, same ? first : second], allIsLive: mode.allIsLive };
        const whole = new ModelServer(model);
        expect(await readThrough(model, mode.live, whole)).toBe(EXPECTED[contentName]);
        expect(whole.sent).toBeGreaterThan(30);
        const wrong: Cut[] = [];
        for (let at = 0; at < whole.sent; at++) {
          const server = new ModelServer(model, { at, looksLike });
          const isExact = (await read(model, mode.live, server)) === EXPECTED[contentName];
          if (!isExact || !server.isCut) wrong.push({ at, looksLike });
        }
        expect(wrong).toEqual([]);
      });
    });
  });
});

describe("a reader that is told to throw", () => {
  it("stands at the message behind the last one when the connection is cut", async () => {
    const model: Model = {
      ...CONTENTS.json,
      contentType: "application/json",
      boundaries: [[], []],
      allIsLive: false,
    };
    const server = new ModelServer(model, { at: 45, looksLike: "error" });
    const reader = readerOver(hostFor(server, "application/json"), { onError: () => "throw" });
    const { messages } = await collectUntilError(reader);
    expect(messages).toEqual(MESSAGES.slice(0, 2));
    expect(reader.checkpoint).toEqual({ stream: null, offset: "-1", index: 2 });
  });
});
