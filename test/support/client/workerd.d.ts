// The one thing of the Workers runtime that the client's suite asks for, for a program without Workers types.
declare module "cloudflare:workers" {
  /** The entry points of the Worker under test. */
  export const exports: { readonly default: { fetch(request: Request): Promise<Response> } };
}
