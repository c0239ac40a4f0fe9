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
