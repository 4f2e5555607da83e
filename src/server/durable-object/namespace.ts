/** What finding an object's own namespace takes. */
interface Identity {
  readonly id: DurableObjectId;
}

/**
 * The namespace an object belongs to, found among the bindings of its environment: the one that leads to the object's
 * own id. Ids are particular to a namespace, so no other one does.
 *
 * @returns `undefined` when no binding leads to the object's own class.
 */
export function ownNamespace<T extends Rpc.DurableObjectBranded>(
  { id }: Identity,
  env: object,
): DurableObjectNamespace<T> | undefined {
  for (const binding of Object.values(env)) {
    if (isNamespace<T>(binding) && leadsTo(binding, id)) return binding;
  }
  return undefined;
}

function leadsTo(namespace: DurableObjectNamespace, id: DurableObjectId): boolean {
  if (id.name !== undefined) return namespace.idFromName(id.name).equals(id);
  // An object woken by an alarm that an older runtime set is not told its name, and has releases to make nevertheless.
  try {
    return namespace.idFromString(id.toString()).equals(id);
  } catch {
    return false;
  }
}

/**
 * Bindings of other kinds may answer to any property name with a remote method, and a variable can hold any JSON, so
 * the class's name decides.
 */
function isNamespace<T extends Rpc.DurableObjectBranded>(binding: unknown): binding is DurableObjectNamespace<T> {
  if (typeof binding !== "object" || binding === null) return false;
  const kind: unknown = binding.constructor;
  return typeof kind === "function" && kind.name === "DurableObjectNamespace";
}
