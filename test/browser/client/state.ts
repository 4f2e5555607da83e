/** What the page with the client knows. */
export interface PageState {
  /** The messages that its readers handed out, before and after reloads. */
  readonly log: readonly number[];
  /** The last offset in its checkpoint. */
  readonly offset: string | undefined;
  /** The messages that its producers were told to be stored. */
  readonly acknowledged: readonly number[];
  /** What the reader has said that it does since the page was loaded. */
  readonly statuses: readonly string[];
  /** What went wrong for good. */
  readonly failures: readonly string[];
}
