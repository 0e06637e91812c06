// Random numbers that come again with the same seed (mulberry32), and choices made with them.
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)],
    some: (items, most) => {
      const left = [...items];
      const taken = [];
      while (left.length > 0 && taken.length < most) taken.push(...left.splice(below(left.length), 1));
      return taken;
    },
  };
}
