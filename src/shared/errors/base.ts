/** What any error of the vocabulary may be given besides its facts. */
export interface StreamErrorOptions {
  /** What led to this error; kept as `error.cause`. */
  readonly cause?: unknown;
  /** A sentence for people, in place of the one made from the facts; becomes `error.message` and the problem's detail. */
  readonly detail?: string | undefined;
}

/**
 * What all errors of the vocabulary share: a literal `_tag` and `name`, facts as own enumerable fields, a readable
 * message.
 *
 * Recognise them with `isStreamError`, not `instanceof`: a Durable Object call keeps the fields and drops the class.
 */
export abstract class TaggedError extends Error {
  /** The name of the class, as a literal that survives minifiers, realms and remote calls. */
  abstract readonly _tag: string;

  /**
   * @param message The sentence made from the facts.
   * @param options A cause, and a `detail` that replaces the sentence.
   * @param tag Becomes `_tag` and `name`, both own, so that they survive remote calls.
   * @param facts Become fields as well.
   */
  constructor(message: string, options?: StreamErrorOptions, tag?: string, facts?: object) {
    super(options?.detail ?? message, options);
    Object.assign(this, tag && { _tag: tag, name: tag }, facts);
  }
}
