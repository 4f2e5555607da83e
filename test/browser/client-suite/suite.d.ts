declare module "suite" {
  /** Every test file by its path, to be loaded when its turn comes. */
  export const suite: Readonly<Record<string, () => Promise<unknown>>>;
}
