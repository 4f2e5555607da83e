/** The streams of a program, named after what they hold unless a request says otherwise. */
export const STREAMS = ["json", "text", "bytes", "fork"] as const;
/** A path of a program. Any stream may live there; the name says which one mostly does. */
export type StreamName = (typeof STREAMS)[number];

/**
 * An offset, without saying what it looks like: both servers have tokens of their own. The `learned`th of those that a
 * server has named for the stream so far, counted round and round; or a text that is the same for both.
 */
export type OffsetChoice = { readonly learned: number } | { readonly text: string };

/** One request. */
export interface Ask {
  readonly method: string;
  readonly stream: StreamName;
  /** Headers that are the same for both. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly offset?: OffsetChoice | undefined;
  readonly live?: string | undefined;
  readonly cursor?: string | undefined;
  /** For a fork: its source. */
  readonly source?: StreamName | undefined;
  /** For a fork: an offset of its source. */
  readonly forkOffset?: OffsetChoice | undefined;
  /** Whether to send the entity tag that the server last named for the stream. */
  readonly conditional?: boolean | undefined;
}

/** One thing to do to both servers. */
export type Step =
  | { readonly kind: "ask"; readonly ask: Ask }
  /** A live read from the tail, and a request that ends its wait. */
  | { readonly kind: "wake"; readonly stream: StreamName; readonly live: "long-poll" | "sse"; readonly by: Ask }
  /** So many seconds go by. */
  | { readonly kind: "wait"; readonly seconds: number };

const offsetText = (choice: OffsetChoice): string => ("text" in choice ? choice.text : `#${choice.learned}`);

/** A request as one line. */
export function describeAsk({ method, stream, headers, body, ...rest }: Ask): string {
  const query = Object.entries({ ...(rest.offset && { offset: offsetText(rest.offset) }), live: rest.live })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  const more = [
    ...Object.entries(headers).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    ...(rest.source ? [`fork of ${rest.source}${rest.forkOffset ? ` at ${offsetText(rest.forkOffset)}` : ""}`] : []),
    ...(rest.conditional ? ["if none matches"] : []),
    ...(body === undefined ? [] : [`body ${JSON.stringify(body)}`]),
  ];
  return `${method} ${stream}${query.length > 0 ? `?${query.join("&")}` : ""}  ${more.join(", ")}`.trimEnd();
}

/** A step as one line. */
export function describeStep(step: Step): string {
  if (step.kind === "wait") return `(${step.seconds} s go by)`;
  if (step.kind === "ask") return describeAsk(step.ask);
  return `GET ${step.stream} ${step.live} from its tail, ended by: ${describeAsk(step.by)}`;
}
