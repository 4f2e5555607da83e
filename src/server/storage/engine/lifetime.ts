import { StreamGoneError, StreamNotFoundError } from "../../../shared/index.ts";
import type { StreamState } from "./state.ts";

/** When a stream's life ends, in ms since the epoch, as far as is known now. */
export function deadlineOf(state: Pick<StreamState, "ttlSeconds" | "expiresAt" | "touchedAt">): number | undefined {
  if (state.ttlSeconds !== undefined) return state.touchedAt + state.ttlSeconds * 1000;
  if (state.expiresAt !== undefined) return Date.parse(state.expiresAt);
  return undefined;
}

/** Whether a stream's life is over. */
export function isExpired(state: StreamState, now: number): boolean {
  const deadline = deadlineOf(state);
  return deadline !== undefined && now >= deadline;
}

/** How a path answers: with its stream, as if empty, or as gone because only forks may still read it. */
export type Presence =
  | { readonly kind: "live"; readonly state: StreamState }
  | { readonly kind: "absent"; readonly expired: StreamState | undefined }
  | { readonly kind: "gone"; readonly state: StreamState };

/** Judges what a path holds at a moment. Expiry of a stream with forks is a soft delete (PROTOCOL.md §4.2). */
export function presenceOf(state: StreamState | undefined, now: number): Presence {
  if (state === undefined) return { kind: "absent", expired: undefined };
  if (state.softDeleted) return { kind: "gone", state };
  if (!isExpired(state, now)) return { kind: "live", state };
  return state.forks > 0 ? { kind: "gone", state } : { kind: "absent", expired: state };
}

/** The live stream at a path. @throws StreamNotFoundError, StreamGoneError. */
export function requireLive(path: string, state: StreamState | undefined, now: number): StreamState {
  const presence = presenceOf(state, now);
  if (presence.kind === "live") return presence.state;
  throw presence.kind === "gone" ? new StreamGoneError() : new StreamNotFoundError({ path });
}
