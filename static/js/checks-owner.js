/**
 * Whose forms this device keeps. When they sign out, or somebody else signs in, all of it goes: forms, photos, kept pages, and the worker
 * that serves them. Every page of the product looks; the rest is loaded only where there are forms.
 */

export const DATABASE = "field-checks";
const PREFIX = "field-checks:";
const PATIENCE_MS = 3_000;

/** Return a note about the forms here; null where there is none, or where the device keeps nothing. */
export function noted(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function note(name, text) {
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // nothing is kept here
  }
}

/** Begin to keep forms for a person; those of another one go first. */
export async function claim(person) {
  if (noted("person") && noted("person") !== person) await wipe();
  note("person", person);
}

let wiping = false;

export const isWiping = () => wiping;

export async function wipe() {
  wiping = true;
  const patience = new Promise((done) => setTimeout(done, PATIENCE_MS));
  await Promise.race([Promise.allSettled([dropDatabase(), dropWorker().then(dropPages)]), patience]);
  for (const name of ["person", "unsent"]) localStorage.removeItem(PREFIX + name);
  wiping = false;
}

function dropDatabase() {
  return new Promise((done) => {
    const asked = indexedDB.deleteDatabase(DATABASE);
    asked.onsuccess = asked.onerror = done;
  });
}

async function dropPages() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) if (name.startsWith(DATABASE)) await caches.delete(name);
}

async function dropWorker() {
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    if (!new URL(one.scope).pathname.endsWith("/field-checks/")) continue;
    // It goes on serving the pages that are open: from now on it keeps none.
    one.active?.postMessage({ over: true });
    await one.unregister();
  }
}
