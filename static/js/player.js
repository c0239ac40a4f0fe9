/** The player: shows where one stands, tells the server what was done every so often, and says whether that is saved. */

import { Queue } from "./player-queue.js";
import { stayAwake } from "./sending.js";

const BEAT_MS = 15_000;
// Whoever has not touched the page for so long is taken to have left it.
const PRESENCE_MS = 120_000;
const root = document.querySelector("[data-player]");
const COLLECTORS = { PAGE: "./player-page.js", VIDEO: "./player-video.js", DOCUMENT: "./player-document.js" };

if (root) start();

async function start() {
  const { kind, record, module, position } = root.dataset;
  let tell = () => {};
  const { collect } = COLLECTORS[kind] ? await import(COLLECTORS[kind]) : { collect: () => ({ take: () => null }) };
  const collector = collect(root, JSON.parse(position || "{}"), () => tell());
  if (record) tell = follow(record, module, collector); // an author's preview has no record
}

/** Tell of a collector, whose `take()` gives what is new since it was last asked, or null; return what tells at once. */
function follow(record, module, collector) {
  const { posts, state, csrf } = root.dataset;
  const queue = new Queue({ record, posts, state, csrf, tell: show }).listen();
  remember(record);
  queue.add(module, "OPEN", {});
  acknowledge(queue, module);
  const tell = () => {
    const news = collector.take();
    if (news) queue.add(module, news.kind, news.data);
    return Boolean(news);
  };
  const isThere = watchPresence();
  setInterval(() => {
    if (document.visibilityState !== "visible" || tell() || !isThere()) return;
    queue.add(module, "BEAT", { seconds: BEAT_MS / 1_000, position: collector.position?.() ?? {} });
  }, BEAT_MS);
  const leave = () => {
    tell();
    queue.flush();
  };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  return tell;
}

/** Sign-out warns of what the leaving person has not saved; for that it knows which records were theirs. */
function remember(record) {
  try {
    const studied = new Set(JSON.parse(localStorage.getItem("studied") ?? "[]")).add(record);
    localStorage.setItem("studied", JSON.stringify([...studied]));
  } catch {
    // nothing is kept here, so there is nothing to warn of
  }
}

function watchPresence() {
  let seen = Date.now();
  for (const name of ["pointerdown", "pointermove", "keydown", "scroll"]) {
    addEventListener(name, () => (seen = Date.now()), { passive: true });
  }
  return () => Date.now() - seen < PRESENCE_MS;
}

/** A link is acknowledged through the queue, so that it holds without a connection too. */
function acknowledge(queue, module) {
  const form = root.querySelector("form[data-acknowledge]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    queue.add(module, "ACKNOWLEDGE", {});
  });
}

let shown = "";

/** Say where saving stands. What stays the same is not read out again. */
function show({ phase, waiting, answer }) {
  const line = root.querySelector("[data-status]");
  const words = line.dataset[camel(phase)] ?? "";
  if (phase !== "saving" || !line.textContent) {
    line.textContent = words.replace("{time}", answer?.saved ?? "").replace("{count}", waiting);
    line.dataset.phase = phase;
  }
  root.querySelector("[data-sign-in]").hidden = phase !== "signed-out" && phase !== "other";
  // That more waits is no news, that something does is.
  const news = `${phase} ${waiting > 0}`;
  if (phase !== "saving" && news !== shown) {
    root.querySelector("[data-announce]").textContent = line.textContent;
    shown = news;
  }
  if (phase === "saved" && answer) advance(answer);
}

function camel(text) {
  return text.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** Show how far the module and the course are by the server's own count. */
function advance({ about, kind, module, course }) {
  if (kind !== "BEAT") stayAwake();
  setBar(root.querySelector("[data-course-bar]"), course.percent);
  if (course.state === "COMPLETED") reveal("completed");
  if (about !== root.dataset.module) return;
  setBar(root.querySelector("[data-module-bar]"), module.percent);
  if (module.done) reveal("done");
}

function setBar(bar, percent) {
  if (!bar) return;
  bar.querySelector("[data-percent]").textContent = `${percent}%`;
  bar.querySelector("[data-fill]")?.setAttribute("width", `${percent}%`);
}

function reveal(name) {
  for (const part of root.querySelectorAll(`[data-${name}]`)) {
    if (part.hidden) root.querySelector("[data-announce]").textContent = part.textContent.trim();
    part.hidden = false;
  }
  for (const part of root.querySelectorAll(`[data-${name}-not]`)) part.hidden = true;
}
