/** What every page does beyond plain HTML. Everything works without it. One file: each more would cost a phone a journey. */

import "./session.js";
import "./unsent.js";

/** Menus and panels close by Escape or by a click elsewhere, as people expect of them. */

const FLOATING = "details.account[open], details.more[open], details.popover[open], details.filter-checks[open]";

document.addEventListener("click", (event) => {
  for (const fold of document.querySelectorAll(FLOATING)) {
    if (!fold.contains(event.target)) fold.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const fold of document.querySelectorAll(FLOATING)) {
    if (fold.contains(document.activeElement)) fold.querySelector("summary").focus();
    fold.open = false;
  }
});

/** Filter forms: leave empty fields out of the address; where a page asks for it, submit when a choice changes. */

for (const form of document.querySelectorAll("form.filter-form")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
  if ("autoSubmit" in form.dataset) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox], input[type=date]")) form.requestSubmit();
    });
  }
}

/** Change the theme at once and save the choice behind it; without script the form reloads the page. */

for (const form of document.querySelectorAll("form[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (!pressed?.value) return;
    event.preventDefault();
    const root = document.documentElement;
    if (pressed.value === "auto") root.removeAttribute("data-theme");
    else root.dataset.theme = pressed.value;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === pressed));
    }
    fetch(form.action, { method: "POST", body: new FormData(form, pressed), keepalive: true });
  });
}

/** Buttons that print the page; without script people use their browser's menu, so the buttons stay hidden. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** Progress: fetch `data-poll` every `data-interval` milliseconds and put the answer in the element's place, until it asks no more. */

function watch(element) {
  if (!element?.dataset.poll) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(element.dataset.poll, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
      if (!next) return;
      element.replaceWith(next);
      watch(next);
    } catch {
      watch(element); // the connection may come back
    }
  }, Number(element.dataset.interval) || 1500);
}

document.querySelectorAll("[data-poll]").forEach(watch);
