// Python in a worker of the page: it starts once, says how far it is, and runs cells one by one.
// A message to it is { id, root, above, shown }, two lists of cells { name, source, defines }; the
// last says whether a cell is there to define what it is named after. What comes back are the
// outputs of those that are to be shown, whether one of them raised an error, and which of the
// others did.

/** @type {Promise<any> | undefined} */
let starting;

self.onmessage = async ({ data }) => {
  const { id, root, above, shown } = data;
  try {
    starting ??= start(root);
    const python = await starting;
    const raised = [];
    for (const [at, cell] of above.entries()) {
      say(`Running the cells above: ${at + 1} of ${above.length}`);
      const error = errorIn(outputOf(python, cell));
      if (error !== undefined) raised.push({ ...cell, error });
    }
    say("Running");
    const outputs = outputsOf(python, shown);
    const failed = errorIn(outputs) !== undefined;
    self.postMessage({ id, result: { raised, outputs, failed } });
  } catch (error) {
    self.postMessage({ id, failure: String(error?.message ?? error) });
  }
};

/** Run a cell and, unless it raises, its check, if there is one; return what they show. */
function outputsOf(python, [cell, check]) {
  const outputs = outputOf(python, cell);
  if (!check || errorIn(outputs) !== undefined) return outputs;
  return [...outputs, ...outputOf(python, check)];
}

/** Run a cell and return its outputs. */
function outputOf(python, { name, source, defines }) {
  return JSON.parse(python.run(name, source, defines));
}

/** Return the error among a cell's outputs; undefined if it raised none. */
function errorIn(outputs) {
  const found = outputs.find(({ error, raised }) => (error ?? raised) !== undefined);
  return found?.error ?? found?.raised;
}

/** Return what runs a cell (runner.py); root: the address of the site. */
async function start(root) {
  const folder = `${root}jupyter/static/pyodide/`;
  say("Fetching Python (13 MB, once)");
  self.importScripts(`${folder}pyodide.js`);
  const pyodide = await self.loadPyodide({
    indexURL: folder,
    lockFileURL: `${folder}book-pyodide-lock.json`,
  });
  pyodide.setStdin({ stdin: () => null }); // input() finds no keyboard, as when work is graded
  say("Fetching numpy and the course");
  await pyodide.loadPackage("cnn-gradients", { messageCallback() {} });
  say("Starting the course");
  const runner = await (await fetch(`${root}_static/runner.py`)).text();
  pyodide.FS.writeFile("book_runner.py", runner); // a module: its names are none of the notebook's
  return pyodide.pyimport("book_runner");
}

function say(state) {
  self.postMessage({ state });
}
