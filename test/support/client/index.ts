export { type HostOptions, hostedFor, hostFor } from "./host.ts";
export { startServer, type TestServer } from "./server.ts";
