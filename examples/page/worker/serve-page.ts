/** What the page may do: load its own files, and talk to the server that it came from. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Serves a built page.
 *
 * @param request Asks for one of its files.
 * @param assets The binding of the folder with the page.
 */
export async function servePage(request: Request, assets: Fetcher): Promise<Response> {
  const file = await assets.fetch(request);
  const response = new Response(file.body, file);
  response.headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}
