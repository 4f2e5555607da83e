/** What an operation cost: the rows that the platform bills, and how often the alarm was set. */
export interface Cost {
  readonly written: number;
  readonly read: number;
  readonly alarms: number;
}

/** Counts rows and alarms by standing between a store and its object's storage. */
export class RowMeter {
  /** The storage to give to the store. */
  readonly storage: DurableObjectStorage;
  readonly #cursors: { readonly rowsRead: number; readonly rowsWritten: number }[] = [];
  #alarms = 0;

  constructor(storage: DurableObjectStorage) {
    const sql = standIn(storage.sql, {
      exec: (query: string, ...bindings: unknown[]) => {
        const cursor = storage.sql.exec(query, ...bindings);
        this.#cursors.push(cursor);
        return cursor;
      },
    });
    this.storage = standIn(storage, { sql });
  }

  /** To be given to the store as `onPlanned`. */
  readonly onPlanned = (): void => {
    this.#alarms += 1;
  };

  /** What `operation` costs. Cursors are asked afterwards, when they have done all they will do. */
  async cost(operation: () => Promise<unknown>): Promise<Cost> {
    this.#cursors.length = 0;
    this.#alarms = 0;
    await operation();
    let written = 0;
    let read = 0;
    for (const cursor of this.#cursors) {
      written += cursor.rowsWritten;
      read += cursor.rowsRead;
    }
    return { written, read, alarms: this.#alarms };
  }
}

/** The same object but for some of its members. */
export function standIn<Target extends object>(
  target: Target,
  members: Partial<Record<keyof Target, unknown>>,
): Target {
  return new Proxy(target, {
    get(_target, key): unknown {
      if (key in members) return Reflect.get(members, key);
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
