// The line at the top of a page: the points so far, and the notebook to download.
import { element } from "./element.js";

const WARNING =
  "This browser keeps no answers here: download the notebook before you leave the page.";

export class Bar {
  constructor(notebook, box) {
    this.notebook = notebook;
    this.status = element("span", { role: "status" });
    const download = element("button", { type: "button" }, "Download the notebook");
    download.onclick = () => this.download();
    box.append(download, this.status);
    this.show();
  }

  show() {
    const { earned, all, read } = this.notebook.points();
    const others = read ? `; ${read} more is given by a person` : "";
    const points = all ? `${earned} of ${all} points so far, in this browser${others}` : "";
    const words = [points, this.notebook.keeps ? "" : WARNING].filter(Boolean).join(". ");
    if (this.status.textContent !== words) this.status.textContent = words; // read out when changed
  }

  download() {
    const type = "application/x-ipynb+json";
    const link = element("a", { download: this.notebook.place.split("/").pop() });
    link.href = URL.createObjectURL(new Blob([this.notebook.assembled()], { type }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}
