// The service worker: the field app opens without a network. Only the app's own page and files are kept, never an account's page.
// The account puts the files and the mark of this version here; a new version takes over only when all of it has come.

const MARK = "%MARK%";
const FILES = ["%FILES%"];
const KEPT = `mingbai-field-${MARK}`;
const PAGE = "/field/";
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(FILES.map((path) => new Request(path, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});

// The page itself comes anew where there is a network that answers soon, for its language; of another version it waits.
async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && answer.headers.get("Mingbai-Field") === MARK) {
      await cache.put(PAGE, answer.clone());
      return answer;
    }
  } catch {
    // No network, or none that answers: the kept page opens at once.
  }
  return (await cache.match(PAGE)) || Response.error();
}

async function file(request, path) {
  const kept = await (await caches.open(KEPT)).match(path);
  return kept || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== "GET") return;
  if (pathname === PAGE) event.respondWith(page(event.request));
  else if (FILES.includes(pathname)) event.respondWith(file(event.request, pathname));
});
