import { cookie, OUT } from "./sending.js";

/** {row, id} of the uploaded picture, or {problem}, a sentence ("" where there is none). Throws as `submit` does. */
export async function upload(address, file, name) {
  const body = new FormData();
  body.append("file", file, name);
  const answer = await fetch(address, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": cookie() } });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw OUT;
  const text = await answer.text();
  const id = answer.ok && text.match(/data-picture="(\d+)"/)?.[1];
  if (id) return { row: text, id };
  try {
    return { problem: String(JSON.parse(text).problem ?? "") };
  } catch {
    return { problem: "" };
  }
}
