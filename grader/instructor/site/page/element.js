// Elements of the page.

const IN_WORDS = "matplotlib is missing here, so this figure comes in words. ";

/** Return a new element with its attributes and its text. */
export function element(name, attributes = {}, words = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = words;
  return made;
}

/**
 * Return an output as several, in which pictures stand in the place of the same figures in words: a
 * page draws none, but has those of the released notebook, whose text alternatives are the words.
 */
export function inPictures(output, pictures) {
  const words = (picture) => `${IN_WORDS}${picture.alt}\n`;
  const picture = pictures.find((each) => output.text?.includes(words(each)));
  if (!picture) return [output];
  const at = output.text.indexOf(words(picture));
  const around = [output.text.slice(0, at), output.text.slice(at + words(picture).length)];
  const texts = around.map((text) => (text ? inPictures({ text }, pictures) : []));
  return [...texts[0], { picture }, ...texts[1]];
}

/** Return one output of a cell as an element. */
export function drawn({ html, text, error, warning, picture }) {
  if (picture) return picture.cloneNode();
  if (warning !== undefined) return element("p", { class: "run-warning" }, warning);
  if (error !== undefined) return element("pre", { class: "run-error" }, error);
  if (html === undefined) return element("pre", {}, text);
  const box = element("div", { class: "run-html" });
  box.innerHTML = html;
  return box;
}
