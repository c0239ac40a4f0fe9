/** Learning that this device has not been able to save: send it from any page of the same person, and warn before they sign out. */

const records = () => {
  try {
    return [...new Set(Object.keys(localStorage).filter((name) => name.startsWith("queue:")).map((name) => name.split(":")[1]))];
  } catch {
    return [];
  }
};

/** Those that were opened on this device since somebody last signed out: the ones of the person who is leaving. */
const studied = () => JSON.parse(localStorage.getItem("studied") ?? "[]");

if (document.querySelector("form[data-unsent]") && records().length) import("./player-resend.js");

for (const form of document.querySelectorAll("form[data-unsent]")) {
  form.addEventListener("submit", (event) => {
    const theirs = records().filter((record) => studied().includes(record));
    if (theirs.length && !confirm(form.dataset.unsent)) return event.preventDefault();
    localStorage.removeItem("studied");
  });
}
