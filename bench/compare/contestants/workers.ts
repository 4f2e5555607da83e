import type { Workerd } from "../../runtime/workerd.ts";
import { type Contestant, createStream } from "./contestant.ts";

/** This package's Worker. */
export const ours = ({ pid, origin }: Workerd): Contestant => {
  const pathOf = (stream: string): string => `/v1/stream/${stream}`;
  return { name: "ours", pid, origin, pathOf, create: (http, stream) => createStream(http, pathOf(stream)) };
};

/** The Worker that does the least: its objects need no creation. */
export const floor = ({ pid, origin }: Workerd): Contestant => ({
  name: "floor",
  pid,
  origin,
  pathOf: (stream) => `/${stream}`,
  create: async () => {},
});
