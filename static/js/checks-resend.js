/** Forms whose page is not open: what waits of them goes out when the server says that the same person is signed in. */

import { Queue } from "./checks-queue.js";
import { forms, waiting } from "./checks-store.js";

export async function resend(tell = () => {}) {
  for (const form of await forms()) {
    if (!(await waiting(form)).length) continue;
    const queue = new Queue(form.check, { tell });
    const met = await queue.renew(form).catch(() => "offline");
    if (met === "done") await queue.drain();
    else await queue.say(met);
  }
}

if (!document.querySelector("[data-kept-forms]")) resend();
