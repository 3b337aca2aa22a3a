// Sends a kept draft to the server, as often as it takes and never twice.
//
// A connection may be lost after the server has stored a draft and before its answer is here. The next save then begins
// from an old revision, and would seem to contradict somebody else. So what was sent without an answer is remembered,
// and sent again when there is a conflict: the server says "saved" to a draft that is what it has already.

/** Signed out: thrown where the server wants a sign-in first. */
export const OUT = Symbol("signed out");

/** The token of this moment: signing in again in another tab changes the cookie, not the page. */
export const cookie = () => document.cookie.match(/(?:^|; )(?:__Host-)?dobosar_csrf=([^;]+)/)?.[1] ?? "";

/**
 * {ok, status, body} of the server. Throws `OUT`, and what `fetch` throws without a connection.
 * @param {{save: string, values: [string, string][], tried?: [string, string][][]}} draft
 */
export async function submit(draft, { leaving = false, token = cookie() } = {}) {
  const answer = await post(draft.save, draft.values, { leaving, token });
  if (answer.status !== 409 || answer.body.closed) return answer;
  for (const values of [...(draft.tried ?? [])].reverse()) {
    const again = await post(draft.save, values, { leaving: false, token });
    if (again.ok) return submit({ save: draft.save, values: from(draft.values, again.body.revision) }, { leaving, token });
  }
  return answer;
}

/** The same values, begun from another revision. @returns {[string, string][]} */
export const from = (values, revision) => values.map(([name, value]) => [name, name === "revision" ? String(revision) : value]);

async function post(address, values, { leaving, token }) {
  const body = new FormData();
  for (const [name, value] of values) body.append(name, value);
  body.set("csrfmiddlewaretoken", token);
  const headers = { "X-CSRFToken": token, "X-Autosave": "1" };
  const answer = await fetch(address, { method: "POST", body, redirect: "manual", keepalive: leaving, headers });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw OUT;
  // The person has no part in the municipality any more, or the post is gone.
  /** @type {any} */
  const received = answer.status === 404 ? {} : await answer.json();
  return { ok: answer.ok, status: answer.status, body: received };
}
