import type { StreamHost } from "../host.ts";
import type { ReaderStatus } from "./events.ts";
import type { ReaderSettings } from "./options.ts";
import type { Progress } from "./progress.ts";

/** What one iteration works with. */
export interface ReadRun<Out> {
  readonly host: StreamHost<Out, never>;
  readonly settings: ReaderSettings;
  /** Where the consumer is; reading starts there, and after every failure begins there again. */
  readonly progress: Progress<Out>;
  /** Ends the iteration, which throws the reason, whatever it waits for. */
  readonly stop: AbortSignal;
  /** Told what it is doing. */
  readonly report: (status: ReaderStatus) => void;
}
