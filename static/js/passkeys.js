// Passkeys, on the login page and in the settings. The server says what the device is asked; its answer goes back in a form,
// so that what follows is a page like any other. Without a script, or in a browser that cannot do it, nothing is shown.

import { t } from "./words.js";

const WAYS = {
  async create(options) {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  },
  async get(options) {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  },
};

const canDoIt = typeof PublicKeyCredential === "function" && "parseCreationOptionsFromJSON" in PublicKeyCredential;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!canDoIt) break;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
}

/** Asks the server what to ask, then the device, and sends what it says. */
async function answer(form) {
  const [says, button] = [form.querySelector("[data-passkey-error]"), form.querySelector("button")];
  says.hidden = true;
  button.disabled = true;
  try {
    const options = await begin(form);
    const credential = await WAYS[form.dataset.passkey](options);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    // The password was looked at already, and does not have to travel twice.
    if (form.elements.password) form.elements.password.value = "";
    form.submit();
  } catch (error) {
    says.textContent = error instanceof Refused ? error.message : t("js.passkey.failed");
    says.hidden = false;
    button.disabled = false;
  }
}

class Refused extends Error {}

async function begin(form) {
  const body = new URLSearchParams();
  if (form.elements.password) body.set("password", form.elements.password.value);
  const response = await fetch(form.dataset.begin, { method: "POST", body, redirect: "error" });
  if (response.ok) return response.json();
  const isWords = response.headers.get("content-type")?.startsWith("text/plain");
  throw isWords ? new Refused(await response.text()) : new Error(`${response.status}`);
}
