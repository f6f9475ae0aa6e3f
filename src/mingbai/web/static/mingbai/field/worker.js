// The service worker: the field app opens without a network. Only the app's own page and files are kept, never an account's page.

const KEPT = "mingbai-field-1";
const OWN = ["/field/", "/static/mingbai/"];

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (!Array.isArray(event.data?.keep)) return;
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await Promise.all(event.data.keep.map(async (path) => {
      const answer = await fetch(path, { cache: "no-cache" });
      if (answer.ok) await cache.put(path, answer);
    }));
    event.source?.postMessage({ kept: true });
  })());
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !OWN.some((own) => path.startsWith(own))) return;
  event.respondWith((async () => {
    const cache = await caches.open(KEPT);
    try {
      const answer = await fetch(event.request);
      if (answer.ok) await cache.put(path, answer.clone());
      return answer;
    } catch {
      const page = event.request.mode === "navigate" ? await cache.match("/field/") : undefined;
      return (await cache.match(path)) || page || Response.error();
    }
  })());
});
