/**
 * What a player told and the server has not answered for good yet. It stays on the device, one entry for each post, so that two tabs never
 * write over each other. It holds ids, numbers and instants, never a name.
 */

import { alone, newKey, readJson } from "./sending.js";

const PREFIX = "queue:";
const MOST = 200;
const PATIENCE_MS = 15_000;
const SLOWEST_MS = 60_000;
const kept = storage();

/** Return a place that keeps texts: the device's, or this page's memory where the device keeps nothing. */
function storage() {
  try {
    localStorage.setItem("queue-probe", "1");
    localStorage.removeItem("queue-probe");
    return localStorage;
  } catch {
    const texts = new Map();
    return {
      getItem: (name) => texts.get(name) ?? null,
      setItem: (name, text) => texts.set(name, text),
      removeItem: (name) => texts.delete(name),
      key: (place) => [...texts.keys()][place] ?? null,
      get length() {
        return texts.size;
      },
    };
  }
}

/** The random name of this device; it tells devices apart and nobody by name. */
function device() {
  const name = kept.getItem("device") ?? newKey();
  kept.setItem("device", name);
  return name;
}

function names() {
  return Array.from({ length: kept.length }, (_, place) => kept.key(place)).filter((name) => name?.startsWith(PREFIX));
}

/** The study records that have posts waiting here, whosever they are. */
export function recordsWaiting() {
  return [...new Set(names().map((name) => name.split(":")[1]))];
}

/** The waiting posts of a record, the oldest first: the server credits time from one to the next. */
export function waiting(record) {
  return names()
    .filter((name) => name.startsWith(`${PREFIX}${record}:`))
    .sort()
    .map((name) => ({ name, ...JSON.parse(kept.getItem(name) ?? "null") }))
    .filter((entry) => entry.post);
}

export class Queue {
  /** `tell({ phase, waiting, answer })` hears how it goes: saved, saving, offline, signed-out, other, refused. */
  constructor({ record, posts, state, csrf, tell }) {
    Object.assign(this, { record, posts, state, csrf, tell });
    this.failures = 0;
    this.count = 0;
    this.tabs = "BroadcastChannel" in window ? new BroadcastChannel(`study:${record}`) : null;
    if (this.tabs) this.tabs.onmessage = (event) => this.say("saved", event.data);
  }

  /** Go on by itself when the connection or the reader comes back: for the page of the record alone, whose viewer is known to be its own. */
  listen() {
    addEventListener("online", () => this.soon(0));
    addEventListener("offline", () => this.say("offline"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.soon(0));
    return this;
  }

  /** Keep a post on the device, then send it. */
  add(module, kind, data) {
    const now = new Date();
    const post = { key: newKey(), module, kind, said_at: now.toISOString(), device: device(), data };
    const place = `${now.getTime().toString(36).padStart(9, "0")}${(this.count++).toString(36).padStart(4, "0")}`;
    kept.setItem(`${PREFIX}${this.record}:${place}:${post.key}`, JSON.stringify({ post }));
    if (waiting(this.record).length > MOST) this.thin();
    this.soon(0);
  }

  /** Too many wait: of those that only say that somebody stayed, every second one goes; what was done stays. */
  thin() {
    const beats = waiting(this.record).filter((entry) => entry.post.kind === "BEAT");
    beats.filter((_, place) => place % 2).forEach((entry) => kept.removeItem(entry.name));
  }

  say(phase, answer) {
    this.tell({ phase, waiting: waiting(this.record).length, answer });
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drain(), delay);
  }

  /** Send what waits, one after another, until something stands in the way. */
  async drain() {
    if (navigator.onLine === false) return this.say("offline");
    const outcome = await alone(`${PREFIX}${this.record}`, async () => {
      for (let [entry] = waiting(this.record); entry; [entry] = waiting(this.record)) {
        this.say("saving");
        const met = await this.send(entry);
        if (met !== "done") return met;
      }
      return "done";
    });
    if (outcome === "done") this.failures = 0;
    else if (outcome === "busy") this.soon(2_000);
    else this.wait(outcome);
  }

  wait(outcome) {
    this.failures += 1;
    const longest = Math.min(SLOWEST_MS, 1_000 * 2 ** this.failures);
    this.say(outcome);
    this.soon(longest / 2 + (Math.random() * longest) / 2);
  }

  async send(entry, isLast = false) {
    try {
      let answer = await this.post(entry, isLast);
      if (answer.status === 400) {
        const met = await this.renew();
        if (met !== "done") return met;
        answer = await this.post(entry, isLast);
      }
      return await this.judge(entry, answer);
    } catch {
      return "offline";
    }
  }

  post(entry, isLast) {
    return fetch(this.posts, {
      method: "POST",
      redirect: "manual",
      keepalive: isLast,
      signal: isLast ? undefined : AbortSignal.timeout(PATIENCE_MS),
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf, Accept: "application/json" },
      body: JSON.stringify(entry.post),
    });
  }

  /** Learn from an answer; a redirect, a page or anything else that is not the server's own word leaves the post where it is. */
  async judge(entry, answer) {
    if (answer.status === 401) return "signed-out";
    if (answer.status === 404) return "other";
    const said = await readJson(answer);
    if (answer.status === 200 && said?.key === entry.post.key) {
      kept.removeItem(entry.name);
      const told = { ...said, about: entry.post.module, kind: entry.post.kind };
      this.tabs?.postMessage(told);
      this.say("saved", told);
      return "done";
    }
    if ((answer.status === 409 || answer.status === 422) && said) {
      kept.removeItem(entry.name);
      this.say("refused", said);
      return "done";
    }
    return "offline";
  }

  /** Ask whether the record is the viewer's, and for the token that their session has now. */
  async renew() {
    const answer = await fetch(this.state, { redirect: "manual", headers: { Accept: "application/json" } });
    if (answer.status === 401) return "signed-out";
    if (answer.status === 404) return "other";
    const said = await readJson(answer);
    if (answer.status !== 200 || !said?.csrf) return "offline";
    this.csrf = said.csrf;
    return "done";
  }

  /** The page goes: send the latest news without waiting for the answer. What is not answered stays here and goes out again. */
  flush() {
    if (navigator.onLine === false) return;
    for (const entry of waiting(this.record).slice(0, 3)) this.send(entry, true);
  }
}
