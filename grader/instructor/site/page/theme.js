// Light or dark, as the reader chose it for the page.

export function isDark() {
  return document.documentElement.dataset.theme === "dark";
}

/** Call what follows the theme after each change of it. */
export function onTheme(follow) {
  const changes = { attributeFilter: ["data-theme"] };
  new MutationObserver(follow).observe(document.documentElement, changes);
}
