// node --import ./scripts/package-sources.mjs PROGRAM: `durable-cf-streams/…` is the sources, with nothing to build before.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { packagePaths } from "./package-paths.mjs";

registerHooks({
  resolve(specifier, context, next) {
    const path = packagePaths.get(specifier);
    return next(path === undefined ? specifier : pathToFileURL(path).href, context);
  },
});
