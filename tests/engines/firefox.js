// Drives Firefox over WebDriver BiDi. Each line of the input is [act, argument], and each line of
// the output { result } or { error }; at the end of the input Firefox is closed.

import { createInterface } from "node:readline";

import puppeteer from "puppeteer-core";

const [executablePath, width, height] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath });
const page = await browser.newPage();
await page.setViewport({ width: Number(width), height: Number(height) });

const acts = {
  open: async (address) => void (await page.goto(address)),
  read: (expression) => page.evaluate(expression),
  picture: async (path) => void (await page.screenshot({ path })),
  async press(keys) {
    const held = keys.split("+");
    for (const key of held) await page.keyboard.down(key);
    for (const key of held.reverse()) await page.keyboard.up(key);
  },
};

async function answer([act, argument]) {
  try {
    return { result: await acts[act](argument) };
  } catch (error) {
    return { error: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
await browser.close();
