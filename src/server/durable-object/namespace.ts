/** What finding an object's own namespace takes. */
interface Identity {
  readonly id: DurableObjectId;
}

/**
 * The namespace an object belongs to, found among the bindings of its environment: the one that gives the object's name
 * the object's own id. Ids are particular to a namespace, so no other one does.
 *
 * @returns `undefined` when no binding leads to the object's own class.
 */
export function ownNamespace<T extends Rpc.DurableObjectBranded>(
  { id }: Identity,
  env: object,
): DurableObjectNamespace<T> | undefined {
  const { name } = id;
  if (name === undefined) return undefined;
  for (const binding of Object.values(env)) {
    if (isNamespace<T>(binding) && binding.idFromName(name).equals(id)) return binding;
  }
  return undefined;
}

/** Bindings of other kinds may answer to any property name with a remote method, so the class's name decides. */
function isNamespace<T extends Rpc.DurableObjectBranded>(binding: unknown): binding is DurableObjectNamespace<T> {
  if (typeof binding !== "object" || binding === null) return false;
  return binding.constructor.name === "DurableObjectNamespace";
}
