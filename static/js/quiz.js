/** Saves answers while one goes, and counts the time left. Without it, every button of the page saves. */

const form = document.querySelector("form[data-quiz]");
if (form) save(form);
const clock = document.querySelector("[data-left]");
if (clock) count(clock);

function save(form) {
  const line = form.querySelector("[data-saved]");
  let last = Promise.resolve();
  let waiting = 0;

  async function send() {
    line.textContent = form.dataset.saving;
    try {
      const answer = await fetch(location.pathname, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "error", // a sign-in page is no success
      });
      if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(answer.status);
      const said = await answer.json();
      line.textContent = said.saved ?? said.message ?? form.dataset.unsaved;
      if (["ended", "late"].includes(said.error)) location.assign(said.next);
    } catch {
      line.textContent = form.dataset.unsaved;
    }
  }

  // One after the other: the last choice is the last to arrive.
  const soon = () => {
    last = last.then(send);
  };
  form.addEventListener("change", soon);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "text") return;
    clearTimeout(waiting);
    waiting = setTimeout(soon, 800);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

function count(line) {
  const shown = line.querySelector("[data-clock]");
  const voice = document.querySelector("[data-announce]");
  const end = performance.now() + Number(line.dataset.left) * 1000; // the device's clock may be wrong
  let before = Number(line.dataset.left);

  function look() {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (before > 300 && left <= 300) voice.textContent = voice.dataset.five;
    if (before > 60 && left <= 60) voice.textContent = voice.dataset.one;
    before = left;
    if (left > 0) return;
    clearInterval(timer);
    voice.textContent = voice.dataset.over;
    // What is chosen goes along; what was sent in time may arrive a little later.
    form?.querySelector("button[name=go][value=end]")?.click();
  }

  const timer = setInterval(look, 500);
  look();
}
