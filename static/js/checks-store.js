/** Forms of checks on this device: answers as they stand, photos, and what of it the server has acknowledged. All of it is one person's. */

import { openDB } from "../vendor/idb/idb.mjs";
import { DATABASE, isWiping, note } from "./checks-owner.js";
import { newKey } from "./sending.js";

const VERSION = 1;
let opened;

function base() {
  opened ??= openDB(DATABASE, VERSION, {
    upgrade(database) {
      database.createObjectStore("forms", { keyPath: "check" });
      database.createObjectStore("photos", { keyPath: "key" }).createIndex("check", "check");
    },
    // What is here goes, because somebody signs out or another one came. A page in another tab that still shows it goes too.
    blocking(_current, _blocked, event) {
      event.target.close();
      if (!isWiping()) location.replace(document.querySelector("dialog.session-warning")?.dataset.signIn ?? location.href);
    },
  });
  return opened;
}

/** Change the record of a form in one transaction, so that two tabs never write over each other. */
async function change(check, work) {
  const transaction = (await base()).transaction("forms", "readwrite");
  const form = await transaction.store.get(check);
  if (form) {
    work(form);
    await transaction.store.put(form);
  }
  await transaction.done;
  await count();
  return form;
}

export const formOf = async (check) => (await base()).get("forms", check);
export const forms = async () => (await base()).getAll("forms");
export const photosOf = async (check) => (await base()).getAllFromIndex("photos", "check", check);

/** Begin to keep a form, or take over what its page says anew: addresses and title. */
export async function keepForm(about) {
  const transaction = (await base()).transaction("forms", "readwrite");
  const before = await transaction.store.get(about.check);
  const form = { answers: {}, submit: null, ...before, ...about };
  await transaction.store.put(form);
  await transaction.done;
  return form;
}

/** Keep an answer. Another answer is another thing to send: it gets a key of its own. `held`: not to be sent as it is. */
export async function keepAnswer(check, item, body, held) {
  return change(check, (form) => {
    const before = form.answers[item];
    if (before && before.held === held && JSON.stringify(before.body) === JSON.stringify(body)) return;
    form.answers[item] = { key: newKey(), body, held, sent: false };
  });
}

/** Keep the day on which it was seen. */
export const keepDay = (check, observedOn) => change(check, (form) => Object.assign(form, { observedOn }));

export async function keepPhoto(check, item, file) {
  const photo = { key: newKey(), check, item, file, name: file.name, sent: false, added: Date.now() };
  await (await base()).put("photos", photo);
  await count();
  return photo;
}

export async function dropPhoto(key) {
  await (await base()).delete("photos", key);
  await count();
}

/** Note what the server said to a part: acknowledged, to be sent again, or refused with its reason. */
export async function markAnswer(check, key, said) {
  return change(check, (form) => {
    for (const answer of Object.values(form.answers)) if (answer.key === key) Object.assign(answer, said);
  });
}

export async function markPhoto(key, said) {
  const transaction = (await base()).transaction("photos", "readwrite");
  const photo = await transaction.store.get(key);
  if (photo) await transaction.store.put({ ...photo, ...said });
  await transaction.done;
  await count();
}

/** The person is done: from now on the form as a whole is to be sent. `null` takes that back. */
export const markSubmit = (check, submit) => change(check, (form) => Object.assign(form, { submit }));

/** The server has all of it: nothing of it stays here but that it was sent. */
export async function finish(check) {
  for (const { key } of await photosOf(check)) await (await base()).delete("photos", key);
  return change(check, (form) => Object.assign(form, { answers: {}, submit: { sent: true } }));
}

const isReady = ({ sent, refused, held }) => !sent && !refused && !held;

/** What of a form waits to be sent, in the order in which it goes. */
export async function waiting(form) {
  const photos = await photosOf(form.check);
  const parts = Object.entries(form.answers).map(([item, answer]) => ({ what: "answer", item, ...answer }));
  const found = [...parts.filter(isReady), ...photos.filter((photo) => !photo.sent && !photo.refused).map((photo) => ({ what: "photo", ...photo }))];
  if (form.submit && !form.submit.sent) found.push({ what: "submit", ...form.submit });
  return found;
}

/** Leave word of how much waits where every page can read it at once. */
async function count() {
  let number = 0;
  for (const form of await forms()) if (!form.submit?.sent) number += (await waiting(form)).length + (Object.keys(form.answers).length > 0);
  note("unsent", number);
}
