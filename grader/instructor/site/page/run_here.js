// The beginning: exercises that open in a page of the book, an editor in the place of a cell and
// its check below. The answers stay in this browser.
import { Bar } from "./bar.js";
import { Cell, essay } from "./cell.js";
import { Notebook } from "./notebook.js";
import { isDark, onTheme } from "./theme.js";

const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href).href;
const place = document.querySelector("meta[name=notebook]")?.content;

// What may be wider than a phone
const SCROLLING =
  ".equation, .equation > *, pre, p, li, table, summary, .pst-scrollable-table-container";

followTheme();
letKeysScroll();
if (place) begin();

async function begin() {
  const response = await fetch(`${root}jupyter/files/${place}`);
  if (!response.ok) return; // the page can be read all the same
  const notebook = new Notebook(await response.json(), place, root);
  const bar = new Bar(notebook, document.querySelector(".notebook-bar"));
  for (const box of document.querySelectorAll("div.cell[class*='tag_id--']")) {
    const name = [...box.classList].find((each) => each.startsWith("tag_id--")).slice(8);
    if (notebook.cell(name)) new Cell(notebook, bar, box, name);
  }
  for (const box of document.querySelectorAll("[data-essay]")) essay(notebook, bar, box);
}

/** Let keys reach what scrolls by itself on a narrow screen. */
function letKeysScroll() {
  const article = document.querySelector(".bd-article");
  const look = () => {
    for (const box of article.querySelectorAll(SCROLLING)) {
      if (box.clientWidth > 0 && box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  if (article) new ResizeObserver(look).observe(article);
}

/** Tell the widgets' frames which theme the page has, in the words of JupyterLab. */
function followTheme() {
  const take = () => (document.body.dataset.jpThemeLight = String(!isDark()));
  onTheme(take);
  take();
}
