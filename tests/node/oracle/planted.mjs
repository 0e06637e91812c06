// Mistakes planted into answers that are right: each must be found.
const copy = (answer) => structuredClone(answer);

/// The first object below `value`, itself among them, that fits, or undefined.
function find(value, fits) {
  if (value === null || typeof value !== "object") return undefined;
  if (!Array.isArray(value) && fits(value)) return value;
  for (const below of Object.values(value)) {
    const found = find(below, fits);
    if (found) return found;
  }
  return undefined;
}

const inData = (fits, change) => (answer) => {
  const planted = copy(answer);
  const object = find(planted.data, fits);
  return object && change(object) !== false ? planted : null;
};
const keyWith = (object, fits) => Object.keys(object).find((key) => fits(object[key]));
const isText = (value) => typeof value === "string";
const changed = (fits, value) => inData((object) => keyWith(object, fits) !== undefined, (object) => void (object[keyWith(object, fits)] = value(object[keyWith(object, fits)])));

/// Each makes a wrong answer out of a right one, or null where it can't.
export const PLANTED = {
  "another text": changed(isText, (text) => `${text}!`),
  "another number": changed((value) => typeof value === "number", (number) => number + 1),
  "null for a text": changed(isText, () => null),
  "a text for null": changed((value) => value === null, () => "texte"),
  "an item left out": changed((value) => Array.isArray(value) && value.length > 0, (items) => items.slice(1)),
  "two items swapped": changed((value) => Array.isArray(value) && JSON.stringify(value[0]) !== JSON.stringify(value.at(-1)), (items) => items.reverse()),
  "a key left out": inData((object) => Object.keys(object).length > 1, (object) => delete object[Object.keys(object)[0]]),
  "a key too many": inData(() => true, (object) => void (object.__kind = "Query")),
  "the first key last": inData((object) => Object.keys(object).length > 1, (object) => {
    const [key] = Object.keys(object);
    const value = object[key];
    delete object[key];
    object[key] = value;
  }),
  "no data": (answer) => (answer.data === null ? null : { ...copy(answer), data: null }),
  "an error left out": (answer) => (answer.errors?.length > 0 ? { ...copy(answer), errors: answer.errors.slice(1) } : null),
  "an error twice": (answer) => (answer.errors?.length > 0 ? { ...copy(answer), errors: [...answer.errors, answer.errors[0]] } : null),
  "an error elsewhere": (answer) => (answer.errors?.length > 0 ? { ...copy(answer), errors: answer.errors.map((error) => ({ ...error, path: [...error.path, "x"] })) } : null),
  "an error of another kind": (answer) => (answer.errors?.length > 0 ? { ...copy(answer), errors: answer.errors.map((error) => ({ ...error, extensions: { code: "INTERNAL" } })) } : null),
  "an error out of nowhere": (answer) => ({ ...copy(answer), errors: [...(answer.errors ?? []), { path: ["nowhere"], extensions: { code: "FORBIDDEN" } }] }),
};
