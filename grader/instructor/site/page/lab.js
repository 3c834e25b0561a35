// What the course adds to the lab. JupyterLab loads an extension as a container of modules; this
// one is written by hand, since it holds a single module and shares none.

const NAME = "cnn-gradients-lab";

const plugin = {
  id: `${NAME}:plugin`,
  autoStart: true,
  activate({ serviceManager, shell }) {
    openUntrusted(serviceManager.contents);
    keepPathInAddress(shell);
    document.addEventListener("click", nameDownload, true);
  },
};

/**
 * Let no output of a file run scripts before its cell has run here. A Jupyter server decides that
 * by the notary's signature. A browser has no server, and the file's own word is worth nothing.
 */
function openUntrusted(contents) {
  const get = contents.get.bind(contents);
  contents.get = async (...request) => {
    const file = await get(...request);
    const cells = file.content?.cells;
    for (const cell of Array.isArray(cells) ? cells : []) delete cell?.metadata?.trusted;
    return file;
  };
}

/** Keep the open notebook's path in the address: a reload, or a bookmark, opens it again. */
function keepPathInAddress(shell) {
  shell.currentPathChanged.connect((_, { newValue }) => {
    const address = new URL(location.href);
    if (newValue) address.searchParams.set("path", newValue);
    else address.searchParams.delete("path");
    history.replaceState(history.state, "", address);
  });
}

/** Let a downloaded file have its own name: a browser would join the folder's name to it. */
function nameDownload({ target }) {
  if (target instanceof HTMLAnchorElement && target.download) {
    target.download = target.download.split("/").pop();
  }
}

globalThis._JUPYTERLAB ??= {};
globalThis._JUPYTERLAB[NAME] = {
  init() {},
  get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
};
