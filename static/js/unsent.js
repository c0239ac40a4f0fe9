/** What this device has not been able to save: send it from any page of the same person, warn before they sign out, and leave nothing of checks behind. */

import { noted, wipe } from "./checks-owner.js";

const records = () => {
  try {
    return [...new Set(Object.keys(localStorage).filter((name) => name.startsWith("queue:")).map((name) => name.split(":")[1]))];
  } catch {
    return [];
  }
};

/** Those that were opened on this device since somebody last signed out: the ones of the person who is leaving. */
const studied = () => JSON.parse(localStorage.getItem("studied") ?? "[]");

const [leaving] = document.querySelectorAll("form[data-unsent]");
if (leaving && records().length) import("./player-resend.js");
if (leaving && noted("person")) look(leaving.dataset.person);

/** Forms of checks are sent for nobody but who filled them in, and go when somebody else has signed in. */
async function look(person) {
  if (noted("person") !== person) await wipe();
  else if (Number(noted("unsent")) && !document.querySelector("[data-check]")) await import("./checks-resend.js");
}

for (const form of document.querySelectorAll("form[data-unsent]")) {
  form.addEventListener("submit", async (event) => {
    const theirs = records().filter((record) => studied().includes(record));
    if (theirs.length && !confirm(form.dataset.unsent)) return event.preventDefault();
    if (Number(noted("unsent")) && !confirm(form.dataset.unsentChecks)) return event.preventDefault();
    localStorage.removeItem("studied");
    if (!noted("person")) return;
    event.preventDefault();
    await wipe();
    form.submit();
  });
}
