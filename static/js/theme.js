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
