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
