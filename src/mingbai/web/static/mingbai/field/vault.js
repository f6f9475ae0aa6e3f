// The vault: what a phone keeps, in IndexedDB. What was saved is in it only as a closed box; see docs/sync.md.

const NAME = "mingbai";
// Version 1 had the first three; a newer version adds tables and never touches those that are there.
const VERSION = 2;
const TABLES = { keep: "name", queue: "seq", log: "seq", relay: ["device", "seq"] };
let opening = null;

function open() {
  if (opening) return opening;
  opening = new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [table, key] of Object.entries(TABLES)) {
        if (!request.result.objectStoreNames.contains(table)) request.result.createObjectStore(table, { keyPath: key });
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

export async function many(...names) {
  return Promise.all(names.map((name) => get(name)));
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

export async function count(table) {
  const database = await open();
  return asked(database.transaction(table).objectStore(table).count());
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

// Answers: a box goes only when the server named this very box; the line says what became of it.
export async function answered(results) {
  const database = await open();
  const transaction = database.transaction(["queue", "log"], "readwrite", { durability: "strict" });
  const queue = transaction.objectStore("queue");
  const log = transaction.objectStore("log");
  let gone = 0;
  for (const { seq, digest, outcome, message } of results) {
    const [held, line] = [await asked(queue.get(seq)), await asked(log.get(seq))];
    if (!held) continue;
    if (held.digest !== digest) { queue.put({ ...held, held: "another box" }); continue; }
    if (outcome === "quarantined") queue.put({ ...held, held: "quarantined" });
    else { queue.delete(seq); gone += 1; }
    if (line) log.put({ ...line, state: outcome, said: message || "" });
  }
  await ended(transaction);
  return gone;
}

// A record that the server could not even read is set aside, so that it holds no other back; it is tried again later.
export async function setAside(seq, why) {
  const database = await open();
  const transaction = database.transaction("queue", "readwrite");
  const queue = transaction.objectStore("queue");
  const held = await asked(queue.get(seq));
  if (held) queue.put({ ...held, held: why });
  await ended(transaction);
}

export async function tryAgain() {
  const database = await open();
  const transaction = database.transaction("queue", "readwrite");
  const queue = transaction.objectStore("queue");
  for (const row of await asked(queue.getAll())) {
    if (row.held) queue.put({ ...row, held: "" });
  }
  await ended(transaction);
}

// Closed boxes of another phone: taken in once each, sent on unchanged; an answer stays until that phone has it.
export async function carry(rows) {
  const database = await open();
  const transaction = database.transaction("relay", "readwrite", { durability: "strict" });
  const relay = transaction.objectStore("relay");
  let taken = 0;
  for (const row of rows) {
    const held = await asked(relay.get([row.device, row.seq]));
    if (held) continue;
    relay.put(row);
    taken += 1;
  }
  await ended(transaction);
  return taken;
}

export async function carried(device, answers, results) {
  const database = await open();
  const transaction = database.transaction(["keep", "relay"], "readwrite", { durability: "strict" });
  const relay = transaction.objectStore("relay");
  for (const { seq, digest, outcome } of results) {
    const held = await asked(relay.get([device, seq]));
    if (held && held.digest === digest) relay.put({ ...held, box: "", outcome });
  }
  const keep = transaction.objectStore("keep");
  const before = await asked(keep.get("answers"));
  const told = before ? before.value : [];
  if (answers && !told.some((one) => one.text === answers.text)) told.push({ device, ...answers });
  keep.put({ name: "answers", value: told });
  await ended(transaction);
}

// What was carried and answered is taken off when its answers were handed back.
export async function handedBack() {
  const database = await open();
  const transaction = database.transaction(["keep", "relay"], "readwrite");
  const relay = transaction.objectStore("relay");
  for (const row of await asked(relay.getAll())) {
    if (row.outcome) relay.delete([row.device, row.seq]);
  }
  transaction.objectStore("keep").put({ name: "answers", value: [] });
  await ended(transaction);
}

export async function forget(seq) {
  const database = await open();
  const transaction = database.transaction("log", "readwrite");
  transaction.objectStore("log").delete(seq);
  await ended(transaction);
}

// Lines that nobody waits for go after a while, so that a phone does not fill up. One that tells of somebody goes when its day is
// over, with a network and without: the account keeps the row, no phone does. What still wants an eye stays, without whom it is about.
export async function tidy(most, over) {
  const database = await open();
  const transaction = database.transaction("log", "readwrite");
  const log = transaction.objectStore("log");
  const kept = [];
  for (const row of await asked(log.getAll())) {
    const done = row.state === "accepted" || row.state === "already_done";
    if (row.plain && over(row)) {
      if (done) log.delete(row.seq);
      else if (row.state !== "waiting") log.put({ ...row, shown: row.plain, plain: "" });
    } else if (done) kept.push(row.seq);
  }
  for (const seq of kept.slice(0, Math.max(kept.length - most, 0))) log.delete(seq);
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
