// The one place where server-made HTML becomes nodes. It owns the Trusted Types policy `parlor`; nothing else may
// write HTML. The server has cleaned what comes in here; what is not what was asked for is refused all the same.

import { translate } from "./words.js";

const policy = globalThis.trustedTypes
  ? globalThis.trustedTypes.createPolicy("parlor", { createHTML: (html) => html, createScriptURL: (url) => url })
  : { createHTML: (html) => html, createScriptURL: (url) => url };

const FOREIGN = "script, style, iframe, object, embed";

/** The `<article>` of one event, or `null` if the HTML is not exactly that. */
export function messageNode(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  const nodes = template.content.children;
  if (nodes.length !== 1 || !nodes[0].matches("article.message")) return null;
  if (template.content.querySelector(FOREIGN)) return null;
  translate(template.content);
  return document.importNode(nodes[0], true);
}

/** The new text of a message, or `null` if there is anything in it that is none. */
export function textNodes(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  if (!template.content.hasChildNodes() || template.content.querySelector(`${FOREIGN}, form, button, input:not([type=checkbox])`)) return null;
  translate(template.content);
  return document.importNode(template.content, true);
}

/** One reaction, or `null`. */
export function pillNode(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  const pill = template.content.children;
  if (pill.length !== 1 || !pill[0].matches("button.reaction") || template.content.querySelector(FOREIGN)) return null;
  translate(template.content);
  return document.importNode(pill[0], true);
}

/** The list of rooms in a page of ours, or `null` if there is none. */
export function roomList(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  const list = template.content.querySelector("room-list");
  if (!list || list.querySelector(FOREIGN)) return null;
  return document.importNode(list, true);
}

/** A whole page of ours, as a document in which nothing runs, or `null` if it is not one. */
export function pageDocument(html) {
  const page = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
  if (!page.querySelector("body.shell > .shell__body > main") || page.body.querySelector(FOREIGN)) return null;
  return page;
}

/** The address of our service worker: the only script that is started by an address. */
export function workerAddress() {
  return policy.createScriptURL("/sw.js");
}
