// The table of emoji: loaded once, when somebody first looks for one. Every row is `[emoji, name, short codes, group, …]`.

let table = null;

async function load() {
  const answer = await fetch("/api/v1/emoji", { credentials: "same-origin" });
  if (!answer.ok) throw new Error("no emoji");
  const rows = await answer.json();
  return rows.map(([emoji, name, codes, group]) => ({ emoji, name, codes: codes ? codes.split(" ") : [], group }));
}

/** All of them, in the order of Unicode. */
export function allEmoji() {
  table ??= load().catch((error) => {
    table = null;
    throw error;
  });
  return table;
}

/** Those whose code or name begins with the word, then those that hold all words. */
export async function searchEmoji(text, most = Infinity) {
  const words = text.toLocaleLowerCase().split(/[\s_]+/).filter(Boolean);
  const first = words.join("_");
  const rank = ({ name, codes }) => {
    if (codes.includes(first)) return 0;
    if (codes.some((code) => code.startsWith(first))) return 1;
    if (name.startsWith(words[0])) return 2;
    return words.every((word) => name.includes(word) || codes.some((code) => code.includes(word))) ? 3 : 4;
  };
  const found = (await allEmoji().catch(() => [])).map((entry) => ({ entry, at: rank(entry) })).filter(({ at }) => at < 4);
  return found.sort((one, other) => one.at - other.at).slice(0, most).map(({ entry }) => entry);
}
