export type {
  AcquireRequest,
  ForkOrigin,
  ForkSource,
  LogPosition,
  RetainRequest,
  Segment,
  SegmentAccess,
} from "./forks.ts";
export type { AppendOptions, GetOptions, PutOptions, ReadOptions, WaitOptions } from "./options.ts";
export type {
  Appended,
  AppendResult,
  GetResult,
  HeadResult,
  ProducerAppendResult,
  PutResult,
  StreamMessage,
  StreamPage,
  WaitResult,
} from "./results.ts";
export type { StreamStore } from "./store.ts";
export { type PageWait, waitForPage } from "./wait-for-page.ts";
