// Fragments of the server for scripts.

/** The fragment at `url`; null when the connection or the session is gone, which a toast says. */
export async function fetched(url) {
  try {
    const answer = await fetch(url, { redirect: "manual", headers: { "X-Fragment": "1" } });
    if (answer.ok) return await answer.text();
  } catch {
    // The toast below is for this and for every other reason.
  }
  const text = document.getElementById("texts")?.dataset.offline;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
  return null;
}
