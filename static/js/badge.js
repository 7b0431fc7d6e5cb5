// What can be seen of unread messages without looking at the page: the number in the title, and a dot on the icon.

const icon = document.querySelector("link[rel='icon']");
const plain = icon?.getAttribute("href") ?? "";
const marked = plain.replace(/favicon\.svg$/, "favicon-unread.svg");

/** `total` things are unread; `title` is that of the page. */
export function showUnread(total, title) {
  document.title = total > 0 ? `(${total > 99 ? "99+" : total}) ${title}` : title;
  const wanted = total > 0 ? marked : plain;
  if (icon && icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
  // An installed app has a number on its own icon.
  if (total > 0) navigator.setAppBadge?.(total).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
}
