/** Posts of records whose page is not open: they go out when the server says that the record is the viewer's, and stay otherwise. */

import { Queue, recordsWaiting } from "./player-queue.js";

const open = document.querySelector("[data-player]")?.dataset.record;
const base = document.querySelector("[data-base]")?.dataset.base ?? "";

for (const record of recordsWaiting().filter((one) => one !== open)) {
  const address = `${base}/study/${record}`;
  const queue = new Queue({ record, posts: `${address}/posts`, state: `${address}/state`, csrf: "", tell: () => {} });
  queue
    .renew()
    .then((outcome) => outcome === "done" && queue.drain())
    .catch(() => {}); // without a connection they wait on
}
