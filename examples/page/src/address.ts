/** Where the server that served this page has its streams. */
export const BASE_URL = `${location.origin}/v1/stream`;

/** The name of the stream that the page's address asks for; empty when it asks for none. */
export function nameInAddress(): string {
  const escaped = location.hash.slice(1);
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped;
  }
}

/** Makes the page's address ask for a stream. */
export function setAddress(name: string): void {
  history.pushState(null, "", name === "" ? location.pathname : `#${encodeURIComponent(name)}`);
}

/**
 * Where a stream lives on the server that served this page.
 *
 * @param name May hold slashes; what a URL cannot hold as it is gets escaped.
 */
export function urlOf(name: string): string {
  return `${BASE_URL}/${name.split("/").map(encodeURIComponent).join("/")}`;
}
