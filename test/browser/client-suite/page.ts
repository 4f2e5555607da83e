// Runs the client's suite in a page. `suite` stands for a module that the bundler makes: every test file by its path.
import { suite } from "suite";
import { startTests } from "vitest/internal/browser";

/** How a test ended. */
export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly state: string;
  readonly error: string;
}

type Tasks = Awaited<ReturnType<typeof startTests>>[number]["tasks"];

const config = {
  root: "/",
  setupFiles: [],
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: false,
  sequence: { shuffle: false, concurrent: false, seed: 0, hooks: "stack", setupFiles: "parallel" },
  maxConcurrency: 1,
  testTimeout: 30_000,
  hookTimeout: 30_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
  expect: {},
  chaiConfig: undefined,
  snapshotOptions: {},
} as const;

Reflect.set(globalThis, "__vitest_worker__", {
  config,
  ctx: {},
  metaEnv: {},
  durations: {},
  environment: { name: "x" },
});
Reflect.set(globalThis, "runSuite", async (): Promise<TestOutcome[]> => {
  const files = await startTests(
    Object.keys(suite).map((filepath) => ({ filepath, testLocations: undefined })),
    { config: { ...config, setupFiles: [], tags: [] }, importFile: (path: string) => suite[path]?.() } as never,
  );
  return files.flatMap((file) => {
    const broken = file.tasks.length === 0 || file.result?.errors !== undefined;
    const own = { file: file.name, name: "(the file)", state: file.result?.state ?? "fail", error: said(file) };
    return [...(broken ? [own] : []), ...outcomes(file.name, file.tasks)];
  });
});

function outcomes(file: string, tasks: Tasks, prefix = ""): TestOutcome[] {
  return tasks.flatMap((task) => {
    const name = `${prefix}${task.name}`;
    if (task.type === "suite") return outcomes(file, task.tasks, `${name} > `);
    return [{ file, name, state: task.result?.state ?? task.mode, error: said(task) }];
  });
}

function said({ result }: Pick<Tasks[number], "result">): string {
  return (result?.errors ?? []).map(({ stack, message }) => `${message}\n${stack}`).join("\n");
}
