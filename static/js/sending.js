/** What a learner's player and the form of a check share when they tell the server something and wait for its word. */

/** A random UUID; `randomUUID` is missing where the page did not come over TLS. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** One tab sends at a time. Where there are no locks, a post sent twice has the same key, and the server answers it alike. */
export async function alone(name, work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : "busy"));
}

/** The server's own word, or null: a redirect or a page is none. */
export async function readJson(answer) {
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  return isJson && !answer.redirected ? answer.json().catch(() => null) : null;
}

/** What somebody did here is use of the session: the warning before its end counts anew. */
export function stayAwake() {
  const seconds = Number(document.querySelector("dialog.session-warning")?.dataset.idleLeft ?? 0);
  if (!seconds || !("BroadcastChannel" in window)) return;
  const tabs = new BroadcastChannel("session");
  tabs.postMessage({ idleEnd: Date.now() + (seconds - 60) * 1_000, end: 0 });
  tabs.close();
}
