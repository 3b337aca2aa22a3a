// Lists the coach knows by heart: those of posts/coaching/word_lists.py, and a test compares the two. Latin is derived.
import { toLatin } from "../serbian.js";

// Well known inside a town hall only. An expansion of "" has several meanings: the writer says which.
export const ABBREVIATIONS = {
  ЈКП: "јавно комунално предузеће", ЈП: "јавно предузеће", ЈЛС: "јединица локалне самоуправе",
  ЛПА: "локална пореска администрација", ЛС: "локална самоуправа", МЗ: "месна заједница", ОУ: "основна школа",
  ОШ: "основна школа", СШ: "средња школа", ПУ: "", ЦСР: "центар за социјални рад", ДЗ: "дом здравља",
  КЦ: "културни центар", НСЗ: "Национална служба за запошљавање",
  РФЗО: "Републички фонд за здравствено осигурање", РГЗ: "Републички геодетски завод",
  АПР: "Агенција за привредне регистре", ЗЗЈЗ: "завод за јавно здравље", ЛАП: "локални акциони план",
  ЛЕР: "локални економски развој", КЛЕР: "канцеларија за локални економски развој",
  ПДР: "план детаљне регулације", ПГР: "план генералне регулације",
  ЦРОСО: "Централни регистар обавезног социјалног осигурања", ВСС: "висока стручна спрема",
  УГ: "удружење грађана", НВО: "невладина организација",
};

// Imperatives that ask people to act, and the kind of call each is. "" asks, but for nothing counted.
export const VERBS = {
  пријавите: "apply", поднесите: "apply", попуните: "apply", конкуришите: "apply", региструјте: "apply",
  платите: "pay", измирите: "pay", уплатите: "pay", закажите: "book", резервишите: "book", јавите: "report",
  обавестите: "report", гласајте: "vote", изаберите: "vote", одаберите: "vote", предложите: "comment",
  пошаљите: "comment", поставите: "comment", напишите: "comment", коментаришите: "comment", реците: "comment",
  дођите: "attend", посетите: "attend", придружите: "attend", учествујте: "attend", позовите: "call",
  назовите: "call", преузмите: "download", поделите: "share", подијелите: "share", пратите: "subscribe",
  претплатите: "subscribe", погледајте: "", прочитајте: "", сазнајте: "", проверите: "", сачувајте: "",
  користите: "",
};

export const MONTHS = "јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра".split(" ");

// Little words that stand inside a hashtag, so that #dakliknemozajedno can be taken apart.
export const LITTLE = "а да до за и из је на не од о по са се у уз заједно град општина дан дани наш наша моја мој нова нови добро дошли".split(" ");

// Where anybody has an address; a town hall's own domain says whose it is.
export const FREE_MAIL = "gmail.com yahoo.com hotmail.com outlook.com live.com icloud.com mts.rs sbb.rs".split(" ");

// Descriptions that describe nothing.
export const BARE_ALTS = ["слика", "слике", "фотографија", "фото", "плакат", "банер", "лого", "слика 1", "image", "photo", "picture"];

// Letters that look alike in both scripts: Cyrillic to Latin.
export const LOOKALIKES = {
  А: "A", В: "B", Е: "E", К: "K", М: "M", Н: "H", О: "O", Р: "P", С: "C", Т: "T", Х: "X", Ј: "J", а: "a", е: "e",
  о: "o", р: "p", с: "c", х: "x", ј: "j",
};

/** The words in both scripts, longest first, so that an alternation takes the longest. */
export function both(words) {
  const all = new Set([...words].flatMap((word) => [word, toLatin(word)]));
  return [...all].sort((one, other) => other.length - one.length || (one < other ? -1 : 1));
}
