// What was typed and not sent, per room, kept in this browser.

const key = (room) => `parlor.draft.${room}`;

export function loadDraft(room) {
  try {
    return localStorage.getItem(key(room)) ?? "";
  } catch {
    return ""; // storage is off: no drafts, nothing else changes
  }
}

export function saveDraft(room, text) {
  try {
    if (text.trim()) localStorage.setItem(key(room), text);
    else localStorage.removeItem(key(room));
  } catch {
    // As above.
  }
}
