// The review page: what is said stands beside the words it is about. Everything here has a way without scripts, too.
import { startKeys } from "./keys.js";
import { startMargin } from "./margin.js";
import { startMentions } from "./mentions.js";
import { startNetworks } from "./networks.js";
import { startRegions } from "./region.js";
import { startSaying } from "./say.js";
import { startSheet } from "./sheet.js";
import { startSelecting } from "./words.js";

const threads = document.getElementById("threads");
const reading = threads.closest(".reading");
reading.classList.add("has-script");

const margin = startMargin(threads, document.getElementById("paper"));
const saying = startSaying(threads, margin);
startMentions(threads);
if (saying) {
  startSelecting(document.getElementById("paper"), saying);
  startRegions(document.getElementById("paper"), saying);
}
startKeys(margin, saying);
startSheet();
startNetworks();
