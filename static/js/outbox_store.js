// Where messages wait that have no acknowledgement yet: IndexedDB, one entry for each, under its nonce and its account. All
// tabs share it. That two of them send the same entry does no harm: the server takes a nonce once and answers a second
// time with the first one's number, so each is stored exactly once whoever sends it, and however often.

const DATABASE = "parlor";
const STORE = "outbox";

let opened = null;
/** Without IndexedDB a message waits as long as its tab is open. */
const memory = new Map();

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "nonce" }).createIndex("account", "account");
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

/** Runs one request; what `use` returns is what it asked for. */
async function ask(mode, use) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = use(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Keeps an entry: `{ nonce, account, room, at, …what is sent }`. */
export async function put(entry) {
  memory.set(entry.nonce, entry);
  await ask("readwrite", (store) => store.put(entry)).catch(() => {});
}

/** It has been acknowledged, or taken back. */
export async function remove(nonce) {
  memory.delete(nonce);
  await ask("readwrite", (store) => store.delete(nonce)).catch(() => {});
}

/** What waits for an account, oldest first. */
export async function waiting(account) {
  const kept = await ask("readonly", (store) => store.index("account").getAll(account)).catch(() => [...memory.values()]);
  return kept.filter((entry) => entry.account === account).sort((one, other) => (one.at < other.at ? -1 : 1));
}
