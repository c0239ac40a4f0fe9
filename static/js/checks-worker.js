/**
 * Serves forms of checks that were opened before when there is no connection. It sees nothing but the pages below its own address, asks the
 * network first, and keeps pages under one name, so that they go together at sign-out.
 */

const FILES = "field-checks-files";
const PAGES = "field-checks-pages";
const PATIENCE_MS = 4_000;
const SLOW_MS = 20_000;
let slowUntil = 0;
// The person whose pages these were has left.
let isOver = false;
const DEVICE = new URL("device", self.location).pathname;
const isForm = (path) => /\/field-checks\/[\w-]+\/form$/.test(path);
// Their address changes with their content.
const isFixed = ({ pathname, searchParams }) => searchParams.has("v") || pathname.endsWith(".woff2");
const isFile = ({ pathname }) => pathname.includes("/static/") || pathname.endsWith("/styles.css");

self.addEventListener("install", (event) => event.waitUntil(prepare()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function prepare() {
  const shell = await fetch(DEVICE, { cache: "reload" });
  const text = await shell.clone().text();
  await (await caches.open(FILES)).put(DEVICE, shell);
  const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => new URL(address.replaceAll("&amp;", "&"), self.location));
  await keepFiles(files.filter((one) => one.origin === self.location.origin && isFile(one)));
  await self.skipWaiting();
}

async function keepFiles(addresses) {
  const cache = await caches.open(FILES);
  await Promise.allSettled(addresses.map(async (address) => (await cache.match(address)) || cache.add(address)));
}

/** A page that came before this worker did tells what it is made of. */
self.addEventListener("message", (event) => {
  const { page, files, over } = event.data;
  isOver = Boolean(over);
  if (isOver) return;
  const ours = files.map((address) => new URL(address)).filter((one) => one.origin === self.location.origin && isFile(one));
  event.waitUntil(Promise.all([keepFiles(ours), keepPage(page)]).then(() => event.ports[0].postMessage("kept")));
});

async function keepPage(address) {
  const { pathname } = new URL(address);
  const cache = await caches.open(PAGES);
  if (await cache.match(pathname)) return;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error("no form");
  await cache.put(pathname, answer);
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request, address.pathname));
  else if (isFile(address)) event.respondWith(file(event.request, address));
});


/** Ask the network, but not for long; where it has just kept us waiting, what is kept here goes first for a while. */
function timely(request) {
  if (Date.now() < slowUntil) return Promise.reject(new Error("slow"));
  const late = new Promise((_, refuse) => setTimeout(() => refuse(new Error("slow")), PATIENCE_MS));
  const answer = fetch(request);
  return Promise.race([answer, late]).catch((error) => {
    if (error.message === "slow") slowUntil = Date.now() + SLOW_MS;
    throw error;
  });
}

async function page(request, path) {
  const kept = await caches.match(path);
  try {
    const answer = await (kept ? timely(request) : fetch(request));
    if (isOver) return answer;
    if (isForm(path) && answer.ok) await (await caches.open(PAGES)).put(path, answer.clone());
    else if (isForm(path) && answer.status === 404) await (await caches.open(PAGES)).delete(path);
    return answer;
  } catch {
    return kept ?? (await caches.match(DEVICE)) ?? Response.error();
  }
}

async function file(request, address) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept && isFixed(address)) return kept;
  try {
    const answer = await (kept ? timely(request) : fetch(request));
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return kept ?? Response.error();
  }
}
