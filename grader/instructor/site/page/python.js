// Python in a worker (worker.js): started when it is first asked, and ended when it is stopped.

/** What runs cells; root: the address of the site. */
export class Python {
  constructor(root) {
    this.root = root;
    this.waiting = new Map(); // by number: who gets the outputs
    this.count = 0;
    this.onState = () => {};
    this.onEnd = () => {};
  }

  get isRunning() {
    return this.worker !== undefined;
  }

  /**
   * Run cells, and return { raised, outputs, failed }: which of those above raised an error, what
   * those that are to be shown show (a cell, and its check), and whether one of them raised.
   */
  run(above, shown) {
    this.worker ??= this.started();
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, root: this.root, above, shown });
    });
  }

  started() {
    const worker = new Worker(`${this.root}_static/worker.js`);
    worker.onmessage = ({ data }) => this.heard(data);
    worker.onerror = (event) => this.end(event.message);
    return worker;
  }

  heard({ id, state, result, failure }) {
    if (state !== undefined) return this.onState(state);
    if (failure !== undefined) return this.end(failure);
    this.waiting.get(id)?.resolve(result);
    return this.waiting.delete(id);
  }

  /** End Python; who waits is told why. The next run starts it anew. */
  end(why) {
    this.worker?.terminate();
    this.worker = undefined;
    this.onEnd();
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
  }
}
