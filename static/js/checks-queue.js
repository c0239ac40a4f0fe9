/** Sends a form of a check part by part. A part is sent when the server has acknowledged its key; the form only when all of it is. */

import { wipe } from "./checks-owner.js";
import { finish, formOf, markAnswer, markPhoto, markSubmit, photosOf, waiting } from "./checks-store.js";
import { alone, readJson, stayAwake } from "./sending.js";

const PATIENCE_MS = 15_000;
const PHOTO_PATIENCE_MS = 120_000;
const SLOWEST_MS = 30_000;
const LOOK_MS = 3_000;
// How often the server may say that something is missing which was sent, before a person has to look.
const MOST_MISSING = 3;

export class Queue {
  /** `tell({ phase, waiting, form })` hears how it goes: saved, sending, offline, signed-out, gone, refused, sent. */
  constructor(check, { csrf = "", tell = () => {} } = {}) {
    Object.assign(this, { check, csrf, tell, failures: 0, missing: 0 });
  }

  listen() {
    addEventListener("online", () => this.soon());
    addEventListener("offline", () => this.say("offline"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.soon());
    return this;
  }

  async say(phase, rest = {}) {
    const form = await formOf(this.check);
    if (form) this.tell({ phase, form, waiting: (await waiting(form)).length, ...rest });
  }

  /** Send after a while; at once when there is news, which is worth a fresh try. */
  soon(delay = 0) {
    clearTimeout(this.timer);
    if (!delay) this.failures = 0;
    this.timer = setTimeout(() => this.drain(), delay);
  }

  /** Send what waits, one after another, until something stands in the way. */
  async drain() {
    if (navigator.onLine === false) {
      this.soon(LOOK_MS); // not every browser tells that the connection is back
      return this.say("offline");
    }
    const outcome = await alone(`field-checks:${this.check}`, () => this.sendAll());
    if (outcome === "busy") return this.soon(2_000);
    this.failures = outcome === "offline" ? this.failures + 1 : 0;
    await this.say(outcome);
    const longest = Math.min(SLOWEST_MS, 1_000 * 2 ** this.failures);
    if (outcome === "offline") this.soon(longest / 2 + (Math.random() * longest) / 2);
  }

  async sendAll() {
    for (let form = await formOf(this.check); form; form = await formOf(this.check)) {
      const [part] = await waiting(form);
      if (!part) return form.submit?.sent ? "sent" : "saved";
      await this.say("sending");
      const met = await this.send(form, part);
      if (met !== "done") return met;
    }
    return "gone";
  }

  async send(form, part) {
    try {
      let answer = await this.post(form, part);
      if (answer.status === 400) {
        // The token of a page that lay here for long; the session has another one now.
        const met = await this.renew(form);
        if (met !== "done") return met;
        answer = await this.post(form, part);
      }
      return await this.judge(part, answer);
    } catch {
      return "offline";
    }
  }

  async post(form, part) {
    const { address, body, type } = await this.letter(form, part);
    const headers = { "X-CSRFToken": this.csrf, Accept: "application/json", ...type };
    const patience = part.what === "photo" ? PHOTO_PATIENCE_MS : PATIENCE_MS;
    return fetch(address, { method: "POST", redirect: "manual", signal: AbortSignal.timeout(patience), headers, body });
  }

  async letter(form, part) {
    const type = { "Content-Type": "application/json" };
    if (part.what === "photo") {
      const body = new FormData();
      body.append("key", part.key);
      body.append("item", part.item);
      body.append("file", part.file, part.name);
      return { address: form.photos, body };
    }
    if (part.what === "answer") return { address: form.answersAt, type, body: JSON.stringify({ key: part.key, item: part.item, ...part.body }) };
    const answers = Object.values(form.answers).filter(({ held }) => !held).map(({ key }) => key);
    const photos = (await photosOf(form.check)).map(({ key }) => key);
    return { address: form.submitAt, type, body: JSON.stringify({ key: part.key, answers, photos, observed_on: form.observedOn }) };
  }

  /** Learn from an answer; anything that is not the server's own word leaves the part where it is. */
  async judge(part, answer) {
    if (answer.status === 401) return "signed-out";
    if (answer.status === 404) return "gone";
    const said = await readJson(answer);
    if (answer.status === 200 && said && (part.what === "submit" ? said.state : said.key === part.key)) {
      stayAwake();
      await this.mark(part, { sent: true });
      return "done";
    }
    if (answer.status === 409 && part.what === "submit" && said?.missing && this.missing++ < MOST_MISSING) {
      for (const key of said.missing) await Promise.all([markAnswer(this.check, key, { sent: false }), markPhoto(key, { sent: false })]);
      return "done";
    }
    if ([409, 413, 422].includes(answer.status)) return this.refuse(part, said?.error ?? "");
    return "offline";
  }

  /** Something was not accepted: a person looks at it before the form as a whole goes out again. */
  async refuse(part, error) {
    await markSubmit(this.check, null);
    if (part.what !== "submit") await this.mark(part, { refused: error || true });
    await this.say("refused", { part, error });
    return part.what === "submit" ? "refused" : "done";
  }

  mark(part, said) {
    if (part.what === "submit") return finish(this.check);
    return part.what === "photo" ? markPhoto(part.key, said) : markAnswer(this.check, part.key, said);
  }

  /** Ask whether it is still the same person who is signed in, and for the token that their session has now. */
  async renew(form) {
    const answer = await fetch(form.state, { redirect: "manual", headers: { Accept: "application/json" } });
    if (answer.status === 401) return "signed-out";
    if (answer.status === 404) return "gone";
    const said = await readJson(answer);
    if (answer.status !== 200 || !said?.csrf) return "offline";
    if (said.person !== form.person) {
      await wipe();
      location.reload();
      return "gone";
    }
    this.csrf = said.csrf;
    return "done";
  }
}
