import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./bundle.ts";

/** What workerd is to serve. */
export interface ServedWorker {
  /** Path of the bundled module; in a configuration, as seen from its folder. */
  readonly module: string;
  /** Name of the Durable Object class in it. */
  readonly className: string;
  /** Name of the binding that leads to that class. */
  readonly binding: string;
  /** Text bindings by name. */
  readonly vars: Readonly<Record<string, string>>;
}

/**
 * Writes a workerd configuration: one Worker on a free loopback port, its objects on disk.
 *
 * @param worker What to serve.
 * @param storage Folder for the objects' databases.
 * @returns The configuration as Cap'n Proto text.
 */
export function workerdConfig({ module, className, binding, vars }: ServedWorker, storage: string): string {
  const texts = Object.entries(vars).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "disk", disk = (path = ${quote(storage)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${quote(module)})],
  compatibilityDate = ${quote(COMPATIBILITY_DATE)},
  compatibilityFlags = [${COMPATIBILITY_FLAGS.map(quote).join(", ")}],
  durableObjectNamespaces = [(className = ${quote(className)}, uniqueKey = "bench", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [${[`(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`, ...texts].join(", ")}],
);
`;
}

/** What is quoted here holds paths and names; Cap'n Proto escapes them as JSON does. */
const quote = (text: string): string => JSON.stringify(text);
