// Elements of the page.

/** Return a new element with its attributes and its text. */
export function element(name, attributes = {}, words = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = words;
  return made;
}

/** Return one output of a cell as an element. */
export function drawn({ html, text, error }) {
  if (error !== undefined) return element("pre", { class: "run-error" }, error);
  if (html === undefined) return element("pre", {}, text);
  const box = element("div", { class: "run-html" });
  box.innerHTML = html;
  return box;
}
