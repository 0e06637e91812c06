// The desk's stories, each as somebody lives it: at 390 and 1440 pixels, in French and in English, with axe looking at
// every screen. Nothing may leave the server's origin, break the page's policy or be complained of in the console.
//
//   node console/test/desk/stories.mjs http://127.0.0.1:8000 [FOLDER FOR SCREENSHOTS]
//
// The server holds the demo company. MAIL is the folder that it writes its mails to, CHROMIUM the browser
// (/usr/bin/chromium).
import assert from "node:assert/strict";
import { join } from "node:path";
import { billing } from "./billing.mjs";
import { conflict } from "./conflict.mjs";
import { keyboard } from "./keyboard.mjs";
import { leads } from "./leads.mjs";
import { photos } from "./photos.mjs";
import { firstLoad } from "./size.mjs";
import { team } from "./team.mjs";
import { tour } from "./tour.mjs";
import { website } from "./website.mjs";
import { PHONE, WIDE, World, ZOOMED } from "./world.mjs";

const origin = new URL(process.argv[2] ?? "http://127.0.0.1:8000").origin;
const pictures = process.argv[3] && join(process.argv[3], "desk");

// A test that hangs says so.
setTimeout(() => {
  console.error("the desk did not get through its stories in time");
  process.exit(1);
}, 900_000).unref();

const STORIES = [
  [firstLoad, { viewport: PHONE }],
  [photos, { viewport: PHONE }],
  [billing, { viewport: WIDE }],
  [leads, { viewport: WIDE }],
  [conflict, { viewport: WIDE }],
  [keyboard, { viewport: WIDE }],
  [team, { viewport: WIDE }],
  [website, { viewport: WIDE }],
  [tour, { viewport: WIDE, language: "fr" }],
  [tour, { viewport: PHONE, language: "fr" }],
  [tour, { viewport: ZOOMED, language: "fr" }],
  [tour, { viewport: WIDE, language: "en" }],
  [tour, { viewport: PHONE, language: "en" }],
];
const chosen = process.argv[4];

for (const [story, options] of STORIES) {
  if (chosen && story.name !== chosen) continue;
  console.log(`${story.name}, ${options.viewport.width} px, ${options.language ?? "fr"}`);
  const world = await World.open(origin, { ...options, pictures });
  try {
    await story(world);
    assert.deepEqual(world.complaints, []);
  } catch (error) {
    for (const complaint of world.complaints) console.error(`  ${complaint}`);
    const page = world.browser.pages().at(-1);
    if (page && pictures) await page.screenshot({ path: join(pictures, `failed-${story.name}.png`) }).catch(() => {});
    throw error;
  } finally {
    await world.close();
  }
}
