// Draws the widget of a frame in a notebook's output. In front of this text stand the widget's own
// module and its data.
{
  const root = document.documentElement;
  const frame = window.frameElement; // null where the page is opened by itself
  exported.render({ model: { get: () => given, on() {}, off() {} }, el: document.body });
  if (frame) {
    frame.hidden = false;
    frame.previousElementSibling.hidden = true; // the still picture
    fit();
    followTheme(frame.ownerDocument.body.dataset, frame.ownerDocument.body);
    addEventListener("keydown", handOn);
  }

  /**
   * Keep the frame as high as what it shows. A scroll bar that came for the moment until it is
   * would make the text narrower, and the observer would complain of a loop.
   */
  function fit() {
    root.style.overflowY = "hidden";
    const measure = () => (frame.style.height = `${root.offsetHeight}px`);
    new ResizeObserver(measure).observe(root);
    measure();
  }

  /** Take over the theme of JupyterLab, and its changes. */
  function followTheme(theirs, body) {
    const own = document.body.dataset;
    const take = () => {
      if (theirs.jpThemeLight === undefined) delete own.jpThemeLight;
      else own.jpThemeLight = theirs.jpThemeLight;
      // With another scheme than its surroundings a frame has a ground of its own: white, in dark.
      root.style.colorScheme = getComputedStyle(frame).colorScheme;
    };
    new MutationObserver(take).observe(body, { attributeFilter: ["data-jp-theme-light"] });
    take();
  }

  /** Hand on a shortcut that the widget leaves to JupyterLab, such as the one that saves. */
  function handOn(event) {
    const { key, code, keyCode, altKey, ctrlKey, metaKey, shiftKey } = event;
    const pressed = { key, code, keyCode, altKey, ctrlKey, metaKey, shiftKey };
    const copy = new KeyboardEvent("keydown", { ...pressed, bubbles: true, cancelable: true });
    if (!frame.dispatchEvent(copy)) event.preventDefault();
  }
}
