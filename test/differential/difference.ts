import type { Exchange, Unlike } from "./compare.ts";
import type { Ask, Step, StreamName } from "./program.ts";

/** A way in which the two servers are known to differ, and why ours is right. */
export interface Difference {
  /** Its name in `docs/differences.md`. */
  readonly id: string;
  /** The section of PROTOCOL.md that decides. */
  readonly section: string;
  /** What we do, what the reference does. */
  readonly reason: string;
  /** Whether the streams themselves differ from then on, though the status does not. */
  readonly diverges?: true;
  /** A program that shows it. */
  readonly witness: readonly Step[];
  /** Whether this is it. As narrow as can be said: a bug must not fit in. */
  covers(unlike: Unlike, exchange: Exchange): boolean;
}

type Rest = Omit<Ask, "method" | "stream" | "headers"> & { readonly headers?: Ask["headers"] };

const asked = (method: string, stream: StreamName, { headers = {}, ...rest }: Rest = {}): Step => ({
  kind: "ask",
  ask: { method, stream, headers, ...rest },
});

/** Steps of witnesses. */
export const put = (stream: StreamName, rest?: Rest): Step => asked("PUT", stream, rest);
export const post = (stream: StreamName, rest?: Rest): Step => asked("POST", stream, rest);
export const get = (stream: StreamName, rest?: Rest): Step => asked("GET", stream, rest);
export const head = (stream: StreamName): Step => asked("HEAD", stream);
export const remove = (stream: StreamName): Step => asked("DELETE", stream);

export const JSON_TYPE = { "Content-Type": "application/json" };
export const TEXT_TYPE = { "Content-Type": "text/plain" };
export const START = { text: "-1" };
export const NOW = { text: "now" };

/** Headers of a producer. */
export const producer = (epoch: number | string, seq: number | string, id = "p"): Record<string, string> => ({
  "Producer-Id": id,
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});
