// Imported first by every script: wrangler and workerd read these when they load, and what they start inherits them.
// Nothing here phones home, looks for updates or fetches request metadata, so that all of it works offline.
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_UPDATE_NOTIFIER: "1",
};

// So that a script finds the project's own tools, its Node among them, also when npm did not start it.
const tools = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
process.env.PATH = [tools, process.env.PATH].join(delimiter);

for (const [name, value] of Object.entries(quiet)) {
  process.env[name] ??= value;
}
