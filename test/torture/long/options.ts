/** What `npm run torture` was asked for. */
export interface LongRun {
  readonly store: string;
  readonly seed: number;
  readonly programs: number;
  readonly minutes: number;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly torture: LongRun;
  }
}
