// Fragments of the server for scripts.

/** The fragment at `url`; null when the connection or the session is gone. */
export async function fragment(url) {
  try {
    const answer = await fetch(url, { redirect: "manual", headers: { "X-Fragment": "1" } });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** The same; a toast says where there is none. */
export async function fetched(url) {
  const html = await fragment(url);
  if (html === null) {
    const text = document.getElementById("texts")?.dataset.offline;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
  }
  return html;
}
