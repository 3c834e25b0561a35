// Python in a worker of the page: it starts once, says how far it is, and runs cells one by one.
// A message to it: { id, cells: [{ name, source }] }; the outputs of the last cells come back.

/** @type {Promise<any> | undefined} */
let starting;

self.onmessage = async ({ data }) => {
  try {
    starting ??= start(data.root);
    const run = await starting;
    const outputs = [];
    const { cells, shown } = data;
    for (const [at, { name, source }] of cells.entries()) {
      const before = cells.length - shown;
      if (at < before) say(`Running the cells above: ${at + 1} of ${before}`);
      else say("Running");
      const said = JSON.parse(run(name, source));
      if (at >= before) outputs.push(...said);
    }
    self.postMessage({ id: data.id, outputs });
  } catch (error) {
    self.postMessage({ id: data.id, failure: String(error?.message ?? error) });
  }
};

/** Return the function that runs a cell; root: the address of the site. */
async function start(root) {
  const folder = `${root}jupyter/static/pyodide/`;
  say("Fetching Python (13 MB, once)");
  self.importScripts(`${folder}pyodide.js`);
  const pyodide = await self.loadPyodide({
    indexURL: folder,
    lockFileURL: `${folder}book-pyodide-lock.json`,
  });
  say("Fetching numpy and the course");
  await pyodide.loadPackage("cnn-gradients", { messageCallback() {} });
  say("Starting the course");
  const runner = await (await fetch(`${root}_static/runner.py`)).text();
  pyodide.FS.writeFile("book_runner.py", runner); // a module: its names are none of the notebook's
  return pyodide.pyimport("book_runner").run;
}

function say(state) {
  self.postMessage({ state });
}
