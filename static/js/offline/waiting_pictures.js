// Pictures that were taken without a connection, in IndexedDB until they are uploaded. They belong to a kept draft, which
// lists them with their descriptions (`pictures`).
import { person } from "../person.js";

const NAME = "dobosar-pictures";
const STORE = "pictures";

/** @typedef {{id: string, person: string, name: string, blob: Blob}} WaitingPicture */

/** Keeps a file; null where there is no room. @param {File} file @returns {Promise<WaitingPicture | null>} */
export async function keepPicture(file) {
  const picture = { id: crypto.randomUUID(), person, name: file.name, blob: file };
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

/** Those of this person that no draft lists any more. @param {Set<string>} listed */
export async function forgetOthers(listed) {
  const all = await ask("readonly", (store) => store.getAll()).catch(() => []);
  for (const { id, person: owner } of all) if (owner === person && !listed.has(id)) await forgetPicture(id);
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
