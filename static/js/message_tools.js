// The bar and the dialogs of messages, as templates/partials/message_tools.html has them: put into the timeline once.

/** The timeline, with its dialogs. */
export function toolsOf(timeline) {
  if (!timeline.querySelector(":scope > dialog")) {
    const dialogs = document.getElementById("message-tools").content.querySelectorAll("dialog");
    timeline.append(...[...dialogs].map((dialog) => document.importNode(dialog, true)));
  }
  return timeline;
}

/** A bar that is moved into the message pointed at. */
export function actionBar() {
  return document.importNode(document.getElementById("message-tools").content.querySelector(".actions"), true);
}
