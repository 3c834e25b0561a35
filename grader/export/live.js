// Draws the widgets of one kind of a page, each beside its still picture. In front of this text
// stands the kind's own module.
for (const box of document.querySelectorAll('[data-widget="KIND"]')) {
  const el = document.createElement("div");
  el.className = "drawn";
  box.append(el);
  try {
    const data = JSON.parse(box.dataset.given);
    exported.render({ model: { get: () => data, on() {}, off() {} }, el });
    box.classList.add("live"); // hides the still picture, but in print
  } catch {
    el.remove(); // the data are none of this widget's: its still picture stays
  }
}
