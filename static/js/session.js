/**
 * Warn before the session ends, and let people stay. Ends are counted from what the page was told, by the time that passes here: the
 * device's clock may be wrong. Tabs of one browser share the session, so each tells the others when it was used.
 */

const WARN_MS = 120_000;
const dialog = document.querySelector("dialog.session-warning");
if (dialog) guard(dialog);

function guard(dialog) {
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  const clock = dialog.querySelector("[data-clock]");
  const title = document.title;
  let idleEnd = Date.now() + Number(dialog.dataset.idleLeft) * 1000;
  let end = Date.now() + Number(dialog.dataset.left) * 1000;
  let understood = false;

  function learn(ends) {
    idleEnd = Math.max(idleEnd, ends.idleEnd);
    end = Math.max(end, ends.end); // a new sign-in in another tab replaces this tab's session too
    look();
  }

  function look() {
    // A form that is filled in without a connection stays: nothing can be prolonged, and there is nowhere to go.
    if (navigator.onLine === false && document.querySelector("[data-check]")) return close();
    const left = Math.min(idleEnd, end) - Date.now();
    if (left <= 0) return leave();
    const isAbsolute = end <= idleEnd;
    if (left > WARN_MS || (isAbsolute && understood)) return close();
    clock.textContent = `${Math.floor(left / 60_000)}:${String(Math.floor((left % 60_000) / 1000)).padStart(2, "0")}`;
    if (!dialog.open) open(isAbsolute);
  }

  function open(isAbsolute) {
    for (const part of dialog.querySelectorAll("[data-when]")) {
      part.hidden = part.dataset.when !== (isAbsolute ? "absolute" : "idle");
    }
    dialog.showModal();
    dialog.querySelector(".button:not([hidden])").focus();
    document.title = `${dialog.querySelector("h2").textContent} · ${title}`;
  }

  function close() {
    if (!dialog.open) return;
    dialog.close(); // the browser gives the focus back to where it was
    document.title = title;
  }

  /** Sign-in says why, and leads back here. What stands on the page is not left to whoever comes by. */
  function leave() {
    clearInterval(timer);
    location.replace(`${dialog.dataset.signIn}?${new URLSearchParams({ next: location.pathname + location.search })}`);
  }

  async function stay() {
    const form = dialog.querySelector("form");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (answer.status === 401) return leave();
      if (!answer.ok) return;
      const { idle_left: idleLeft, left } = await answer.json();
      const ends = { idleEnd: Date.now() + idleLeft * 1000, end: Date.now() + left * 1000 };
      learn(ends);
      tabs?.postMessage(ends);
    } catch {
      // The connection is gone: the dialog stays, and so does its button.
    }
  }

  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    stay();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => {
    understood = true;
    close();
  });
  // Escape says as well as the button that somebody is there.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector(".button:not([hidden])").click();
  });
  if (tabs) tabs.onmessage = (event) => learn(event.data);
  tabs?.postMessage({ idleEnd, end });
  document.addEventListener("visibilitychange", look); // timers sleep in tabs that nobody sees
  const timer = setInterval(look, 1000);
  look();
}
