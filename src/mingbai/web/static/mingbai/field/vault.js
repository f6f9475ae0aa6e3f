// The vault: what a phone keeps, in IndexedDB. What was saved is in it only as a closed box; see docs/sync.md.

const NAME = "mingbai";
const TABLES = { keep: "name", queue: "seq", log: "seq" };
let opening = null;

function open() {
  if (opening) return opening;
  opening = new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [table, key] of Object.entries(TABLES)) {
        request.result.createObjectStore(table, { keyPath: key });
      }
    };
    request.onerror = () => { opening = null; reject(request.error); };
    request.onsuccess = () => {
      const database = request.result;
      // A phone short of memory closes it, and a newer page asks for it: open it again at the next use.
      database.onclose = () => { opening = null; };
      database.onversionchange = () => { database.close(); opening = null; };
      resolve(database);
    };
  });
  return opening;
}

function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error || new Error("aborted"));
  });
}

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function get(name) {
  const database = await open();
  const row = await asked(database.transaction("keep").objectStore("keep").get(name));
  return row === undefined ? undefined : row.value;
}

export async function put(values) {
  const database = await open();
  const transaction = database.transaction("keep", "readwrite");
  for (const [name, value] of Object.entries(values)) {
    transaction.objectStore("keep").put({ name, value });
  }
  await ended(transaction);
}

export async function all(table) {
  const database = await open();
  return asked(database.transaction(table).objectStore(table).getAll());
}

// One record: its number, its closed box and its masked line are written together or not at all.
export async function save(seq, envelope, line) {
  const database = await open();
  const transaction = database.transaction(["keep", "queue", "log"], "readwrite", { durability: "strict" });
  const keep = transaction.objectStore("keep");
  const before = await asked(keep.get("sequence"));
  if ((before ? before.value : 0) !== seq - 1) {
    transaction.abort();
    throw new Error("another page drew this number");
  }
  keep.put({ name: "sequence", value: seq });
  transaction.objectStore("queue").put(envelope);
  transaction.objectStore("log").put(line);
  await ended(transaction);
}

// An answer: the box goes only when the server named this very box; the line says what became of it.
export async function answered(seq, digest, state, said) {
  const database = await open();
  const transaction = database.transaction(["queue", "log"], "readwrite", { durability: "strict" });
  const queue = transaction.objectStore("queue");
  const log = transaction.objectStore("log");
  const held = await asked(queue.get(seq));
  const line = await asked(log.get(seq));
  if (held && held.digest === digest) {
    if (state !== "quarantined") queue.delete(seq);
    if (line) log.put({ ...line, state, said });
  }
  await ended(transaction);
}

export async function forget(seq) {
  const database = await open();
  const transaction = database.transaction("log", "readwrite");
  transaction.objectStore("log").delete(seq);
  await ended(transaction);
}

export async function works() {
  try {
    await open();
    return true;
  } catch {
    return false;
  }
}
