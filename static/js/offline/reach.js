/** Whether the portal can be reached. What the browser says (`onLine`) is about networks: a portal on this very machine
 * needs none. */
export async function isReached() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).type !== "error";
  } catch {
    return false;
  }
}
