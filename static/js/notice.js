// One sentence about what has just been done, or could not be; a moment later it goes. Screen readers hear it.

const SHOWN_MS = 5_000;

let timer = 0;

export function say(sentence, { isError = false } = {}) {
  let box = document.querySelector(".toast");
  if (!box) {
    box = document.createElement("p");
    box.className = "toast";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  box.classList.toggle("toast--error", isError);
  box.classList.add("toast--shown");
  box.textContent = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => box.classList.remove("toast--shown"), SHOWN_MS);
}
