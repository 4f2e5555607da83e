/** A call to a database: one statement, or a batch of them. */
export interface D1Call {
  readonly batch: boolean;
}

/** Stands around every call: runs it, and tells the caller what came of it, or something else. */
export type Around = <T>(run: () => Promise<T>, call: D1Call) => Promise<T>;

/** The same database, but for what `around` makes of each call to it. */
export function intercept(db: D1Database, around: Around): D1Database {
  return standIn(db, {
    ...connection(db, around),
    withSession: (constraint?: string) => {
      const session = db.withSession(constraint);
      return standIn(session, connection(session, around));
    },
  });
}

function connection(to: Pick<D1Database, "prepare" | "batch">, around: Around) {
  return {
    prepare: (sql: string) => statement(to.prepare(sql), around),
    batch: (statements: D1PreparedStatement[]) =>
      around(() => to.batch(statements.map((item) => originals.get(item) ?? item)), { batch: true }),
  };
}

/** What a database gave out, by what stands for it: a batch takes nothing else. */
const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

function statement(original: D1PreparedStatement, around: Around): D1PreparedStatement {
  const stand = standIn(original, {
    bind: (...values: unknown[]) => statement(original.bind(...values), around),
    all: () => around(() => original.all(), { batch: false }),
  });
  originals.set(stand, original);
  return stand;
}

function standIn<Target extends object>(target: Target, members: Partial<Record<keyof Target, unknown>>): Target {
  return new Proxy(target, {
    get(_target, key): unknown {
      if (key in members) return Reflect.get(members, key);
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
