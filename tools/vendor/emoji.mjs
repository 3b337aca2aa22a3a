// Emoji with their names and words in Serbian and English, for the picker of the composer: the order and the groups of
// Unicode, the words of CLDR. Latin script is derived in the browser.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Newer ones (Unicode emoji 16 is of September 2024) many telephones would show as an empty box.
const NEWEST = 15.1;
const read = (...path) => JSON.parse(readFileSync(join("node_modules", ...path), "utf8"));

function annotations(language) {
  const own = read("cldr-annotations-full", "annotations", language, "annotations.json").annotations.annotations;
  return { ...own, ...read("cldr-annotations-derived-full", "annotationsDerived", language, "annotations.json").annotationsDerived.annotations };
}

/** Writes [[[emoji, name in Serbian, name in English, further words], …] for each group]; its path and the licences'. */
export function emoji() {
  const [serbian, english] = ["sr", "en"].map(annotations);
  const groups = read("unicode-emoji-json", "data-by-group.json").map(({ emojis }) =>
    emojis.filter(({ emoji_version }) => Number(emoji_version) <= NEWEST).map(({ emoji }) => {
      // CLDR leaves the variation selector out.
      const [sr, en] = [serbian, english].map((words) => words[emoji.replaceAll("\ufe0f", "")]);
      const names = [sr.tts[0], en.tts[0]];
      const words = new Set([...(sr.default ?? []), ...(en.default ?? [])].filter((word) => !names.some((name) => name.includes(word))));
      return [emoji, ...names, [...words].join(" ")];
    }),
  );
  writeFileSync("static/vendor/emoji.json", JSON.stringify(groups).replaceAll("],[[", "],\n[[") + "\n");
  const licences = ["unicode-emoji-json", "cldr-annotations-full"].map((name) => `${name}\n\n${readFileSync(join("node_modules", name, "LICENSE"), "utf8").trim()}\n`);
  writeFileSync("static/vendor/emoji-licences.txt", licences.join("\n\n"));
  return ["static/vendor/emoji.json", "static/vendor/emoji-licences.txt"];
}
