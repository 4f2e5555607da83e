import {
  ContentTypeMismatchError,
  ForbiddenError,
  InvalidRequestError,
  isStreamError,
  normalizeContentType,
  parseProducerHeaders,
  STREAM_CLOSED_HEADER,
  STREAM_FORKED_FROM_HEADER,
  type StreamContract,
} from "../../../shared/index.ts";
import { drainBody, readBody } from "../body.ts";
import { contentTypeOf } from "../request-headers.ts";
import type { Forward, Route } from "../route.ts";
import { checkMessages } from "./check-messages.ts";
import type { ContractOptions, ContractSettings } from "./options.ts";
import { resolveContractSettings } from "./settings.ts";

/**
 * Lets through what the contracts allow. It stands at the door, before the store or the object: parsing and judging
 * messages then takes time in as many isolates as there are, and not in the one object of a stream.
 *
 * @param route A request that is authorized.
 * @param forward Carries it out.
 * @throws What the contract has against it. Nothing was forwarded then, but for a question that stores nothing.
 */
export type ContractGate = (route: Route, forward: Forward) => Promise<Response>;

/**
 * Builds the gate.
 *
 * @returns `undefined` when there are no contracts to keep.
 * @throws What {@link resolveContractSettings} throws.
 */
export function createContractGate(options: ContractOptions): ContractGate | undefined {
  const settings = resolveContractSettings(options);
  if (settings === undefined) return undefined;
  const contractOf = (path: string): StreamContract | undefined =>
    settings.contracts.find((contract) => contract.match(path) !== undefined);

  return async (route, forward) => {
    const { operation, path, forkedFrom } = route;
    if (operation !== "create" && operation !== "append") return forward(route);
    const contract = contractOf(path);
    if (operation === "append") return contract ? append(contract, settings, route, forward) : forward(route);
    if (contract !== undefined) {
      const source = forkedFrom === undefined ? contract : contractOf(forkedFrom);
      return forward(await checkedCreation(contract, source, settings, route));
    }
    if (settings.contractsOnly) throw new ForbiddenError({ detail: "Streams are created at paths of contracts only" });
    return forward(route);
  };
}

/** A creation without a type gets the contract's (PROTOCOL.md §5.1); so the store compares a fork's with its source's. */
async function checkedCreation(
  contract: StreamContract,
  source: StreamContract | undefined,
  settings: ContractSettings,
  route: Route,
): Promise<Route> {
  const headers = new Headers(route.request.headers);
  const contentType = contentTypeOf(headers) ?? contract.contentType;
  requireType(contract, contentType);
  if (contract.schema !== undefined && contract.schema !== source?.schema) {
    const detail =
      "What a fork inherits must have been checked by its own contract's schema, and this source's was not";
    throw new InvalidRequestError({ parameter: STREAM_FORKED_FROM_HEADER }, { detail });
  }
  headers.set("Content-Type", contentType);
  const body = await bodyToCheck(contract, settings, route.request);
  if (body === undefined) return { ...route, request: new Request(route.request, { headers }) };
  await checkBody(contract, settings, body);
  return { ...route, request: withBody(route.request, headers, body) };
}

async function append(
  contract: StreamContract,
  settings: ContractSettings,
  route: Route,
  forward: Forward,
): Promise<Response> {
  const { request } = route;
  const contentType = contentTypeOf(request.headers);
  // Whatever has a body is refused behind the gate then.
  if (contentType === undefined) return forward(route);
  const body = await bodyToCheck(contract, settings, request);
  try {
    requireType(contract, contentType);
    if (body !== undefined) await checkBody(contract, settings, body);
  } catch (refusal) {
    return acceptedBefore(refusal, route, forward);
  }
  return forward(body === undefined ? route : { ...route, request: withBody(request, request.headers, body) });
}

/**
 * A contract may have changed since a producer's batch was stored, and a producer that got no answer then must still
 * learn that it was (§5.2.1). So the same request is made without its body: it stores nothing, and gets the answers that
 * come before one about the body. Only when the body is what is wrong with it, the refusal stands.
 */
async function acceptedBefore(refusal: unknown, route: Route, forward: Forward): Promise<Response> {
  const { request } = route;
  if (!isStreamError(refusal) || parseProducerHeaders(request.headers) === undefined) throw refusal;
  await drainBody(request);
  const headers = new Headers(request.headers);
  // Without its body, a request that appends and closes would close.
  for (const name of [STREAM_CLOSED_HEADER, "Content-Length", "Transfer-Encoding"]) headers.delete(name);
  const { url, method, signal } = request;
  const answer = await forward({ ...route, request: new Request(url, { method, headers, signal }) });
  if (answer.status !== 400) return answer;
  await answer.body?.cancel();
  throw refusal;
}

function requireType(contract: StreamContract, received: string): void {
  const expected = contract.contentType;
  if (normalizeContentType(received) !== normalizeContentType(expected)) {
    throw new ContentTypeMismatchError({ expected, received });
  }
}

/** The body, where there is a schema to ask about it; else it stays unread. */
async function bodyToCheck({ schema }: StreamContract, { maxBodyBytes }: ContractSettings, request: Request) {
  return schema === undefined ? undefined : readBody(request, maxBodyBytes);
}

/** An empty body is the store's to judge: it may close a stream, or create one. */
async function checkBody({ schema }: StreamContract, { maxMessageBytes }: ContractSettings, body: Uint8Array) {
  if (schema !== undefined && body.length > 0) await checkMessages(schema, body, maxMessageBytes);
}

/** The request with the body that was read from it; an empty one too, since a request cannot take back one that is used. */
function withBody(request: Request, headers: Headers, body: Uint8Array<ArrayBuffer>): Request {
  return new Request(request, { headers, body });
}
