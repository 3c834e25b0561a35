import js from "@eslint/js";

// What a browser gives to a module; no more is used.
const browser = ["document", "performance", "requestAnimationFrame", "cancelAnimationFrame"];
const events = ["AbortController", "Event"];
const globals = Object.fromEntries([...browser, ...events].map((name) => [name, "readonly"]));

const page = ["window", "document", "addEventListener", "getComputedStyle", "KeyboardEvent"];
const observers = ["MutationObserver", "ResizeObserver"];
const framed = Object.fromEntries([...page, ...observers].map((name) => [name, "readonly"]));

const site = ["location", "fetch", "localStorage", "confirm", "Worker", "URL", "Blob", "self"];
const more = ["structuredClone", "setTimeout", "history", "HTMLAnchorElement", "document"];
const parts = [...site, ...more, ...observers];
const book = Object.fromEntries(parts.map((name) => [name, "readonly"]));

const rules = {
  ...js.configs.recommended.rules,
  "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
  complexity: ["error", 10],
  eqeqeq: "error",
  "max-len": ["error", { code: 100 }],
  "no-var": "error",
  "one-var": ["error", "never"], // the bundle finds one name in a declaration
  "prefer-const": "error",
};

export default [
  { ignores: [".venv/", ".venv-site/", "course/", "dist/", "build/"] },
  { files: ["**/*.js"], rules },
  { files: ["grader/widgets/js/*.js"], languageOptions: { globals } },
  {
    files: ["grader/widgets/js/*/*.js"], // they run in node as well, and draw nothing
    rules: { "no-restricted-imports": ["error", { patterns: ["../*.js"] }] },
  },
  {
    files: ["grader/export/live.js"], // a page has the widget's own module in front of it
    languageOptions: { globals: { document: "readonly", exported: "readonly" } },
  },
  {
    files: ["grader/widgets/frame.js"],
    languageOptions: { globals: { ...framed, exported: "readonly", given: "readonly" } },
  },
  {
    files: ["grader/instructor/site/page/*.js"], // a page of the book, and its worker
    languageOptions: { globals: book },
  },
  {
    files: ["tests/widgets/javascript/*.js", "tests/engines/*.js"],
    languageOptions: { globals: { URL: "readonly", process: "readonly" } },
  },
];
