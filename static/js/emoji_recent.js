// The emoji this browser's person has used last, newest first; at the beginning a few that everybody uses.

const KEY = "parlor.emoji";
const KEPT = 24;
const FIRST = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

export function lastUsed(count = KEPT) {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return [...new Set([...kept, ...FIRST])].slice(0, count);
  } catch {
    return FIRST.slice(0, count);
  }
}

export function remember(emoji) {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set([emoji, ...lastUsed()])].slice(0, KEPT)));
  } catch {
    // Storage is off: the first ones stay.
  }
}
