/** A document, page by page on a canvas, with its text beside it for who does not see it. Without script it is a link. */

import { getDocument, GlobalWorkerOptions } from "../vendor/pdfjs/pdf.min.mjs";

const VENDOR = new URL("../vendor/pdfjs/", import.meta.url);
GlobalWorkerOptions.workerSrc = new URL("pdf.worker.min.mjs", VENDOR).href;
const SHARPEST = 2;

export function collect(root, position, urge) {
  const frame = root.querySelector("[data-document]");
  const viewer = new Viewer(frame, position.page || 1, urge);
  viewer.open().catch(() => {
    frame.querySelector("[data-failed]").hidden = false;
    frame.querySelector("[data-viewer]").hidden = true;
  });
  return viewer;
}

class Viewer {
  constructor(frame, page, urge) {
    Object.assign(this, { frame, urge, number: page, seen: new Set(), told: "" });
    this.canvas = frame.querySelector("canvas");
    this.back = frame.querySelector("[data-back]");
    this.on = frame.querySelector("[data-on]");
    this.back.addEventListener("click", () => this.turn(this.number - 1));
    this.on.addEventListener("click", () => this.turn(this.number + 1));
    frame.querySelector("[data-viewer]").addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" || event.key === "PageUp") this.turn(this.number - 1, event);
      if (event.key === "ArrowRight" || event.key === "PageDown") this.turn(this.number + 1, event);
    });
    let resized;
    addEventListener("resize", () => {
      clearTimeout(resized);
      resized = setTimeout(() => this.draw(), 200);
    });
  }

  async open() {
    this.pdf = await getDocument({
      url: this.frame.dataset.document,
      cMapUrl: new URL("cmaps/", VENDOR).href,
      cMapPacked: true,
      useWasm: false, // the content policy allows no code but ours
      isEvalSupported: false,
      disableAutoFetch: true,
    }).promise;
    this.frame.querySelector("[data-viewer]").hidden = false;
    await this.turn(Math.min(this.number, this.pdf.numPages));
  }

  async turn(number, event) {
    if (!this.pdf || number < 1 || number > this.pdf.numPages) return;
    event?.preventDefault();
    this.number = number;
    this.back.disabled = number === 1;
    this.on.disabled = number === this.pdf.numPages;
    const { page } = this.frame.dataset;
    this.frame.querySelector("[data-number]").textContent = page.replace("{page}", number).replace("{pages}", this.pdf.numPages);
    await this.draw();
    this.seen.add(number);
    this.urge();
  }

  async draw() {
    if (!this.pdf) return;
    const { number } = this;
    const page = await this.pdf.getPage(number);
    const natural = page.getViewport({ scale: 1 });
    const density = Math.min(SHARPEST, devicePixelRatio || 1);
    const viewport = page.getViewport({ scale: (this.canvas.parentElement.clientWidth / natural.width) * density });
    this.task?.cancel();
    this.canvas.width = Math.floor(viewport.width);
    this.canvas.height = Math.floor(viewport.height);
    this.task = page.render({ canvas: this.canvas, viewport });
    await this.task.promise.catch(() => {}); // cancelled by the next one
    const { items } = await page.getTextContent();
    if (number === this.number) this.frame.querySelector("[data-text]").textContent = items.map((item) => item.str).join(" ");
  }

  position() {
    return { page: this.number };
  }

  /** Pages shown since the document was opened, as half-open pairs. */
  take() {
    const pages = [];
    for (const page of [...this.seen].sort((one, other) => one - other)) {
      if (pages.length && pages.at(-1)[1] === page) pages.at(-1)[1] = page + 1;
      else pages.push([page, page + 1]);
    }
    const now = JSON.stringify([pages, this.number]);
    if (!pages.length || now === this.told) return null;
    this.told = now;
    return { kind: "TURN", data: { pages, position: this.position() } };
  }
}
