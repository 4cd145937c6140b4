// The service worker: one page for times without network, and nothing that belongs to anybody. Made by the
// portal: {{ version }}.
"use strict";
importScripts({{ store | tojson }});
const CACHE = {{ ("abonent-" ~ version) | tojson }};
const PAGE = {{ page | tojson }};
const FILES = {{ files | tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()));
});

// Pages come from the network or not at all: the stand-in is public. Its own files come from the cache.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  else if (FILES.includes(path)) event.respondWith(caches.match(path).then((kept) => kept || fetch(request)));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "readings") event.waitUntil(self.offlineReadings.send());
});
