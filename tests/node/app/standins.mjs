// Stand-ins for what is another at every start of the demo company, so that a recording can be compared with the last one: ids,
// addresses, tokens, cursors, days, times, and whether an event was faster than its listener.
const ID = /^([a-z]{3})_[0-9a-hjkmnp-tv-z]{26}$/;
const DAY = 24 * 60 * 60 * 1000;
const TODAY = Date.parse("2026-06-15T00:00:00Z");

/// Replaces values one recording after the other: the same value gets the same stand-in in all of them.
export class StandIns {
  #known = new Map();
  #counts = new Map();
  #today = Math.floor(Date.now() / DAY) * DAY;

  #numbered(value, kind, write) {
    if (!this.#known.has(value)) {
      const count = (this.#counts.get(kind) ?? 0) + 1;
      this.#counts.set(kind, count);
      this.#known.set(value, write(count));
    }
    return this.#known.get(value);
  }

  /// As many days from the fifteenth of June as it is from today.
  #day(text) {
    const days = Math.floor(Date.parse(text) / DAY) - this.#today / DAY;
    return new Date(TODAY + days * DAY).toISOString().slice(0, 10);
  }

  #text(text, key) {
    const id = ID.exec(text);
    if (id) return this.#numbered(text, id[1], (count) => `${id[1]}_${String(count).padStart(26, "0")}`);
    if (/cursor$|^after$/i.test(key)) return this.#numbered(text, "cursor", (count) => `cursor-${count}`);
    if (/token$/i.test(key)) return this.#numbered(text, key, (count) => `${key}-${count}`);
    if (/^https?:/.test(text)) {
      const end = /\.[a-z0-9]{3,4}$/.exec(new URL(text).pathname)?.[0] ?? "";
      return this.#numbered(text, "url", (count) => `https://api.bellehouse.example/${count}${end}`);
    }
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return `${this.#day(text)}T08:30:00Z`;
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return this.#day(text);
    return text.replace(/\bBH\/\d{4}\//g, "BH/2026/").replace(/^personne-\d+@/, "personne@");
  }

  replace(value, key = "") {
    if (Array.isArray(value)) return value.map((item) => this.replace(item, key));
    if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, below]) => [name, this.replace(below, name)]));
    if (typeof value === "string") return this.#text(value, key);
    return key === "replayed" ? false : value;
  }
}
