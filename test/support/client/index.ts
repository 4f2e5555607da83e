export { type HostOptions, hostedFor, hostFor } from "./host.ts";
export { networkFailure, type ScriptedFetch, type Step, scriptedFetch } from "./scripted-fetch.ts";
export { startServer, type TestServer } from "./server.ts";
