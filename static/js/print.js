/** Buttons that print the page; without script people use their browser's menu, so the buttons stay hidden. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
