// Pictures that were taken without a connection, in IndexedDB until they are uploaded. They belong to a kept draft, which
// lists them with their descriptions (`pictures`).
import { person } from "../person.js";

const NAME = "dobosar-pictures";
const STORE = "pictures";

// A draft lists its picture a moment after that is kept.
const DAY = 24 * 3600 * 1000;

/** @typedef {{id: string, person: string, at: number, name: string, blob: Blob}} WaitingPicture */

/** Keeps a file; null where there is no room. @param {File} file @returns {Promise<WaitingPicture | null>} */
export async function keepPicture(file) {
  const picture = { id: crypto.randomUUID(), person, at: Date.now(), name: file.name, blob: file };
  try {
    await ask("readwrite", (store) => store.put(picture));
    return picture;
  } catch {
    return null;
  }
}

/** @returns {Promise<WaitingPicture | undefined>} */
export async function keptPicture(id) {
  try {
    const picture = await ask("readonly", (store) => store.get(id));
    return picture?.person === person ? picture : undefined;
  } catch {
    return undefined;
  }
}

export async function forgetPicture(id) {
  await ask("readwrite", (store) => store.delete(id)).catch(() => {});
}

/** Those of this person that no draft has listed for a day. @param {Set<string>} listed */
export async function forgetUnlisted(listed) {
  for (const { id, at } of await own()) if (!listed.has(id) && at < Date.now() - DAY) await forgetPicture(id);
}

export async function forgetAllPictures() {
  for (const { id } of await own()) await forgetPicture(id);
}

/** @returns {Promise<WaitingPicture[]>} */
async function own() {
  const all = await ask("readonly", (store) => store.getAll()).catch(() => []);
  return all.filter((picture) => picture.person === person);
}

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} act @returns {Promise<any>} */
async function ask(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      // A full disk refuses at the end of the transaction, not at the request.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
