/** The form of a check: every touch is kept on the device at once, and sent when there is a connection. Without script it is a plain form. */

import { claim } from "./checks-owner.js";
import { Queue } from "./checks-queue.js";
import { dropPhoto, formOf, keepAnswer, keepDay, keepForm, keepPhoto, markSubmit, photosOf } from "./checks-store.js";
import { newKey } from "./sending.js";

const TYPING_MS = 400;
const PREVIEW = 160;
const root = document.querySelector("[data-check]");
const { check, person } = root.dataset;
const items = [...root.querySelectorAll("[data-item]")];
const day = root.querySelector("[data-observed]");
const queue = new Queue(check, { csrf: root.dataset.csrf, tell: show });

loadLetters();
start();

/** Our letters weigh three times what the form does: over a mobile connection, or a slow one, the phone's own do. */
function loadLetters() {
  const { type, effectiveType, saveData } = navigator.connection ?? {};
  const isDear = saveData || type === "cellular" || (effectiveType && effectiveType !== "4g");
  if (!isDear) document.querySelector("link[data-letters]").media = "all";
}

async function start() {
  await claim(person);
  const { title, answersAt, photos, submitAt, state } = root.dataset;
  const form = await keepForm({ check, person, title, answersAt, photos, submitAt, state, page: location.pathname });
  for (const hidden of root.querySelectorAll("[data-with-script]")) hidden.hidden = false;
  showDay(form.observedOn);
  for (const item of items) {
    fill(item, form.answers[item.dataset.item]?.body);
    await showPhotos(item);
    watch(item);
  }
  root.addEventListener("submit", finish);
  root.querySelector("[data-reopen]").addEventListener("click", async () => {
    await markSubmit(check, null);
    queue.soon();
  });
  root.dataset.ready = "";
  queue.listen().soon();
  await serveOffline();
}

/** The day it is seen: today, unless somebody says otherwise; the page may have lain here for days. */
function showDay(kept) {
  const now = new Date();
  const today = new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  day.max = today < day.dataset.closes ? today : day.dataset.closes;
  day.value = kept ?? day.max;
  day.addEventListener("change", () => keepDay(check, day.value || day.max));
}

/** From the first answer on the form keeps its day, however late it is sent. */
async function beginDay() {
  if (!(await formOf(check)).observedOn) await keepDay(check, day.value || day.max);
}

const part = (item, name) => item.querySelector(`[data-${name}]`);
const errorOf = (item) => part(item, "error");
const noteOf = (item) => item.querySelector("textarea");

/** What stands on an item; `held` while a choice, or the note of what was not met, is missing. */
function read(item) {
  const field = item.querySelector("[name^=answer-]:checked") ?? item.querySelector("[name^=answer-]:not([type=radio])");
  const said = field?.value.trim() ?? "";
  const isNumber = /^\d{1,3}$/.test(said);
  const body = { answer: isNumber ? "VALUE" : said, value: isNumber ? Number(said) : null, note: noteOf(item).value.trim() };
  return { body, held: !said || (asksNote(item, body) && !body.note) };
}

function asksNote(item, { answer, value }) {
  return answer === "NO" || (answer === "VALUE" && value < Number(item.dataset.metFrom));
}

/** Show what was kept. What the server had before stands in the page already. */
function fill(item, body) {
  if (!body) return;
  const said = String(body.value ?? body.answer);
  for (const field of item.querySelectorAll("[name^=answer-]")) {
    if (field.type === "radio") field.checked = field.value === said;
    else field.value = said;
  }
  noteOf(item).value = body.note;
}

function watch(item) {
  let typing;
  const keep = async () => {
    typing = clearTimeout(typing);
    const { body, held } = read(item);
    noteOf(item).toggleAttribute("required", asksNote(item, body));
    errorOf(item).textContent = "";
    await beginDay();
    await keepAnswer(check, item.dataset.item, body, held);
    queue.soon();
  };
  item.addEventListener("input", (event) => {
    if (event.target.matches("[data-photo]")) return;
    clearTimeout(typing);
    typing = setTimeout(keep, event.target.matches("[type=radio]") ? 0 : TYPING_MS);
  });
  // Who leaves in mid-word, or is called away, finds the word again.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && typing) keep();
  });
  part(item, "photo")?.addEventListener("change", async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    for (const file of files) await keepPhoto(check, item.dataset.item, file);
    await showPhotos(item);
    queue.soon();
  });
}

async function showPhotos(item) {
  const list = part(item, "photos");
  if (!list) return;
  const photos = (await photosOf(check)).filter((photo) => photo.item === item.dataset.item).sort((one, other) => one.added - other.added);
  list.replaceChildren(...photos.map((photo, place) => shownPhoto(item, photo, place + 1)));
}

/** A photo as a small canvas: the content policy shows no picture from the device, and a canvas needs no address. */
function shownPhoto(item, photo, place) {
  const line = root.querySelector("template[data-photo-line]").content.firstElementChild.cloneNode(true);
  line.dataset.key = photo.key;
  part(line, "name").textContent = part(line, "name").dataset.text.replace("{place}", place);
  part(line, "photo-state").textContent = root.dataset[photo.refused ? "photoRefused" : photo.sent ? "photoSent" : "photoKept"];
  line.querySelector("button").addEventListener("click", async () => {
    await dropPhoto(photo.key);
    await showPhotos(item);
    part(item, "photo").focus();
    queue.soon();
  });
  draw(line.querySelector("canvas"), photo.file);
  return line;
}

async function draw(canvas, file) {
  const picture = await createImageBitmap(file, { resizeHeight: PREVIEW }).catch(() => null);
  if (!picture) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  picture.close();
}

/** Everything is answered: from now on the form as a whole is to be sent, whenever there is a connection. */
async function finish(event) {
  event.preventDefault();
  await beginDay();
  for (const item of items) await keepAnswer(check, item.dataset.item, read(item).body, read(item).held);
  const open = items.filter((item) => read(item).held);
  for (const item of open) errorOf(item).textContent = root.dataset[read(item).body.answer ? "noteMissing" : "answerMissing"];
  const [form, photos] = [await formOf(check), await photosOf(check)];
  const isRefused = ({ dataset }) => form.answers[dataset.item]?.refused || photos.some((photo) => photo.item === dataset.item && photo.refused);
  const refused = items.filter(isRefused);
  const [first] = [...open, ...refused];
  if (first) return goTo(first);
  await markSubmit(check, { key: newKey(), sent: false });
  queue.soon();
}

function goTo(item) {
  item.scrollIntoView({ block: "start" });
  item.querySelector("input, textarea, select")?.focus({ preventScroll: true });
}

let told = "";

/** Say where it stands: kept, so many to send, all sent. */
async function show({ phase, form, waiting, part: refused, error }) {
  const line = root.querySelector("[data-status]");
  const texts = line.dataset;
  const isSent = Boolean(form.submit?.sent);
  const why = { offline: texts.offline, "signed-out": texts.signedOut, gone: texts.gone, sending: texts.sending }[phase];
  const main = isSent ? texts.sent : waiting ? texts.waiting.replace("{count}", waiting) : texts.saved;
  line.textContent = why && (waiting || phase !== "sending") && !isSent ? `${main} · ${why}` : main;
  line.dataset.phase = isSent ? "sent" : phase;
  root.querySelector("[data-sign-in]").hidden = phase !== "signed-out";
  if (phase === "refused") await showRefusal(refused, error);
  root.querySelector("[data-locks]").disabled = Boolean(form.submit);
  root.querySelector("[data-reopen]").hidden = !form.submit || isSent;
  root.querySelector("[data-done]").hidden = !isSent;
  if (phase !== "sending" && told !== line.textContent) root.querySelector("[data-announce]").textContent = told = line.textContent;
  if (phase === "saved" || isSent) for (const item of items) await showPhotos(item);
}

async function showRefusal(refused, error) {
  const item = items.find((one) => one.dataset.item === refused?.item);
  if (refused?.what === "photo") await showPhotos(item);
  const place = item ? errorOf(item) : root.querySelector("[data-form-error]");
  place.textContent = error || root.dataset.refused;
}

/** Let a worker of our own keep this page and what it is made of, so that it opens without a connection. */
async function serveOffline() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(root.dataset.worker).catch(() => null);
  if (!registration) return;
  const worker = (await navigator.serviceWorker.ready).active;
  const files = performance.getEntriesByType("resource").map(({ name }) => name);
  const { port1: here, port2: there } = new MessageChannel();
  here.onmessage = () => (root.querySelector("[data-keeps]").hidden = false);
  worker.postMessage({ page: location.href, files }, [there]);
}
