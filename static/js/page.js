/** What the pages do beyond plain HTML. Everything works without it. */

import "./fold.js";
import "./poll.js";
import "./print.js";
import "./session.js";
import "./submit.js";
import "./theme.js";
import "./unsent.js";
