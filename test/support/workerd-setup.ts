// A set-up file of every project that runs in workerd.
//
// The pool serves each class of objects through a wrapper, and each time that an object is made it puts a `Proxy` in front
// of the wrapper's prototype, and in front of the one that it put there before. So whatever an object is asked takes the
// longer the more objects were made in the runtime: a suite that makes a thousand takes ten times as long as it should.
// One `Proxy` does what they all do, so the others are left out here.

/** Marks a `Proxy` constructor that leaves them out: this file is run again for each file of tests. */
const MARK = Symbol.for("durable-cf-streams: one proxy for each prototype");
/** A name in the source of the handler that the pool gives to all of them. */
const OF_THE_POOL = "getUnknownPrototypeKey";

if (!Reflect.has(globalThis.Proxy, MARK)) {
  const inFront = new WeakSet<object>();
  const leaveOut: ProxyHandler<ProxyConstructor> = {
    has: (original, key) => key === MARK || Reflect.has(original, key),
    construct(original, [target, handler]: [object, ProxyHandler<object>]) {
      const ofThePool = handler.get?.toString().includes(OF_THE_POOL) ?? false;
      if (ofThePool && inFront.has(target)) return target;
      const proxy = new original(target, handler);
      if (ofThePool) inFront.add(proxy);
      return proxy;
    },
  };
  globalThis.Proxy = new globalThis.Proxy(globalThis.Proxy, leaveOut);
}
