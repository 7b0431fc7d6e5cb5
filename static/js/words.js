// The words of the scripts in the reader's language. The server names the module that holds them on <html>; only keys
// that begin with `js.` are in it.

const page = document.documentElement;

/** `en`, `de`, … */
export const language = page.lang || "en";

/** For Intl. Numbers are written with the digits 0 to 9 in every language, as the server writes them. */
export const locale = `${navigator.language.split("-")[0] === language ? navigator.language : language === "en" ? "en-GB" : language}-u-nu-latn`;

const texts = await load();
const plurals = new Intl.PluralRules(locale);
/** A letter of the other direction. */
const foreign = page.dir === "rtl" ? /[^\P{L}\p{Script=Arabic}\p{Script=Hebrew}]/u : /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
const numbers = new Intl.NumberFormat(locale);

/** A page can run without its words: then the keys are shown, and it can still be used. */
async function load() {
  try {
    return (await import(page.dataset.words)).default;
  } catch {
    return {};
  }
}

/** The text of a key with values in it: `t("js.timeline.new_messages", { count: 3 })`. Plain text, never HTML. */
export function t(key, values = {}) {
  const text = values.count === undefined ? texts[key] : texts[`${key}.${plurals.select(values.count)}`] ?? texts[`${key}.other`];
  if (text === undefined) {
    console.error(`There is no text for the key ${key}.`);
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => write(values[name]) ?? whole);
}

/** Numbers as people write them; names cannot turn the direction of the sentence around them. */
function write(value) {
  if (typeof value === "number") return numbers.format(value);
  if (value === undefined) return undefined;
  return foreign.test(value) ? `\u2068${value}\u2069` : value;
}

const PROBLEMS = {
  bad_request: "js.problem.bad_request",
  unauthorized: "js.problem.unauthorized",
  forbidden: "js.problem.forbidden",
  not_found: "js.problem.not_found",
  conflict: "js.problem.conflict",
  too_large: "js.problem.too_large",
  rate_limited: "js.problem.rate_limited",
  unavailable: "js.problem.unavailable",
  gone: "js.problem.gone",
  disconnected: "js.problem.disconnected",
};

/** Why the server refused something, as a sentence. Its own words say more, but are English; its codes are few. */
export function explain(error) {
  if (error.message && error.code !== "disconnected" && language === "en") return sentence(error.message);
  return t(PROBLEMS[error.code] ?? "js.problem.unavailable");
}

/** A message for programs as a sentence for people: a capital first, a full stop last. */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? "" : "."}`;
}

/**
 * Puts the words of HTML that was made for everybody into the reader's language. `data-words` names the text of an
 * element, `data-words-label` its label; `data-value-…` are the values.
 */
export function translate(root) {
  if (language === "en") return;
  for (const element of root.querySelectorAll("[data-words], [data-words-label]")) {
    const values = {};
    for (const [name, value] of Object.entries(element.dataset)) {
      if (name.startsWith("value")) values[name.slice("value".length).toLowerCase()] = name === "valueCount" ? Number(value) : value;
    }
    if (element.dataset.words) element.textContent = t(element.dataset.words, values);
    if (element.dataset.wordsLabel) {
      const label = t(element.dataset.wordsLabel, values);
      element.setAttribute("aria-label", label);
      if (element.title) element.title = label;
    }
  }
}
