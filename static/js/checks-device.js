/** The forms that this device keeps, each with where it stands; what waits is sent while one looks. */

import { noted } from "./checks-owner.js";
import { resend } from "./checks-resend.js";
import { forms, waiting } from "./checks-store.js";

const list = document.querySelector("[data-kept-forms]");

async function show() {
  const kept = await forms();
  const lines = await Promise.all(kept.map(line));
  list.replaceChildren(...lines);
  document.querySelector("[data-none]").hidden = kept.length > 0;
}

async function line(form) {
  const shown = document.querySelector("template[data-kept-form]").content.firstElementChild.cloneNode(true);
  const number = (await waiting(form)).length;
  const { saved, waiting: some, sent } = list.dataset;
  Object.assign(shown.querySelector("[data-open]"), { href: form.page, textContent: form.title });
  shown.querySelector("[data-state]").textContent = form.submit?.sent ? sent : number ? some.replace("{count}", number) : saved;
  return shown;
}

if (noted("person")) {
  await show();
  await resend(show);
}
