import { defineConfig } from "tsup";

/** What users import. */
const library = {
  index: "src/shared/index.ts",
  "storage/index": "src/server/storage/index.ts",
  "storage/memory": "src/server/storage/memory/index.ts",
  "storage/sqlite": "src/server/storage/sqlite/index.ts",
  "storage/d1": "src/server/storage/d1/index.ts",
  "storage/kv": "src/server/storage/kv/index.ts",
  "storage/r2": "src/server/storage/r2/index.ts",
  client: "src/client/index.ts",
  server: "src/server/http/index.ts",
  "durable-object": "src/server/durable-object/index.ts",
};

export default defineConfig({
  entry: { ...library, cli: "src/cli/main.ts" },
  format: ["esm"],
  target: "es2022",
  platform: "neutral",
  external: ["cloudflare:workers", /^node:/],
  // Deno knows the modules of Node under their full names alone.
  removeNodeProtocol: false,
  tsconfig: "tsconfig.build.json",
  // Producers and readers are disposable. The compiler takes such a reference only where a file begins, and the sources' own
  // end up in the middle of it.
  dts: { entry: library, banner: '/// <reference lib="esnext.disposable" />' },
  splitting: true,
  treeshake: true,
  // The error table and the frozen constants: a bundler may leave out what an application does not use of them.
  pure: ["defineError", "Object.freeze"],
  clean: true,
  silent: true,
});
