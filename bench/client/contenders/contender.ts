/** A client under measurement, in the few things that are asked of it. Every stream holds JSON. */
export interface Contender {
  /** Appends messages with the client's exactly-once producer, and resolves when all are durable. */
  produce(url: string, messages: readonly unknown[]): Promise<void>;
  /** Reads from the first message on; whoever iterates leaves at the tail, or is left there. */
  catchUp(url: string): AsyncIterable<unknown>;
  /**
   * Follows an empty stream over an event stream.
   *
   * @param onLive Called when the server has answered: what is appended from now on comes as events.
   */
  follow(url: string, onLive: () => void): AsyncIterable<unknown>;
}

/** Which client. */
export type ContenderName = "ours" | "reference";

/** Both, in the order in which a table names them. */
export const CONTENDERS: readonly ContenderName[] = ["ours", "reference"];

/** Loads one client alone: the other one's memory is not to be counted. */
export async function loadContender(name: ContenderName): Promise<Contender> {
  if (name === "ours") return (await import("./ours.ts")).ours;
  return (await import("./reference.ts")).reference;
}
