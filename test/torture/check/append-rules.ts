import type { Answer, AppendAsk } from "../history.ts";
import type { ModelStream } from "./world.ts";

/** What an append comes to. */
export interface Verdict {
  readonly status: number;
  readonly accepted: boolean;
  readonly changes: boolean;
  readonly epoch?: number;
  readonly seq?: number;
  readonly expectedSeq?: number;
}

const refuse = (status: number, facts: Partial<Verdict> = {}): Verdict => ({
  status,
  accepted: false,
  changes: false,
  ...facts,
});

/** PROTOCOL.md §5.2, §5.2.1 and §5.3, in the order of refusals that this project documents. */
export function judge(ask: AppendAsk, stream: ModelStream): Verdict {
  const { producer, close, content } = ask;
  const known = producer && stream.producers.get(producer.id);
  if (producer && known && producer.epoch < known.epoch) return refuse(403, { epoch: known.epoch });
  if (producer && known && producer.epoch === known.epoch && producer.seq <= known.seq) {
    return { status: 204, accepted: true, changes: false, epoch: known.epoch, seq: known.seq };
  }
  if (stream.closed) {
    const again = close && content === "" && producer === undefined;
    return again ? { status: 204, accepted: true, changes: false } : refuse(409);
  }
  if (ask.wrongType) return refuse(409);
  if (producer) {
    const sameEpoch = known !== undefined && producer.epoch === known.epoch;
    const expected = sameEpoch ? known.seq + 1 : 0;
    if (producer.seq !== expected) {
      return known !== undefined && !sameEpoch ? refuse(400) : refuse(409, { expectedSeq: expected });
    }
  }
  const { streamSeq } = ask;
  if (streamSeq !== undefined && stream.lastSeq !== undefined && streamSeq <= stream.lastSeq) return refuse(409);
  const standing = producer && { epoch: producer.epoch, seq: producer.seq };
  return { status: producer ? 200 : 204, accepted: true, changes: true, ...standing };
}

/** Whether the headers tell of the producer what is so. */
export const standingIs = (answer: Answer, { accepted, epoch, seq, expectedSeq }: Verdict): boolean =>
  answer.epoch === epoch && answer.expectedSeq === expectedSeq && (!accepted || answer.seq === seq);
