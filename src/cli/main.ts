#!/usr/bin/env node
import process from "node:process";
import { processShell } from "./process-shell.ts";
import { run } from "./run.ts";

// Not `process.exit`: what is still on its way to the standard error would be lost.
process.exitCode = await run(process.argv.slice(2), processShell());
// Whoever may still write to the input must not keep a command that has ended.
process.stdin.destroy();
