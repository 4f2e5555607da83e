import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take ten seconds or more, the longest first: begun last, one would run alone while the rest is through. */
const LONG = [
  "test/workers/r2/races-with-faults.test.ts",
  "test/workers/d1/races.test.ts",
  "test/workers/r2/races.test.ts",
  "test/workers/r2/crash.test.ts",
  "test/workers/r2/store.test.ts",
  "test/workers/kv/lone-store.test.ts",
  "test/workers/d1/store.test.ts",
  "test/workers/kv/lone-crash.test.ts",
  "test/client/reader/cut-everywhere.test.ts",
  "test/package/types.test.ts",
  "test/e2e/demo.test.ts",
  "test/e2e/start.test.ts",
  "test/e2e/client-faults.test.ts",
  "test/e2e/newcomer.test.ts",
  "test/browser/client-suite.test.ts",
  "test/browser/page/use.test.ts",
];

/** Orders the files of each project by how long they take, as known beforehand: a fresh clone has no record of it. */
export class TestOrder extends BaseSequencer {
  /** Goes by project, in the order of the configuration: only neighbours share what is expensive to start. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = this.ctx.projects.map(({ name }) => name);
    const rank = ({ project, moduleId }: TestSpecification): number => {
      const long = LONG.findIndex((path) => moduleId.endsWith(path));
      return projects.indexOf(project.name) * 1000 + (long === -1 ? LONG.length : long);
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
