// The language of the staff's pages: the one thing that they remember on this machine.

export type Language = "fr" | "en";

const KEY = "belle-house:language";
let language: Language = localStorage.getItem(KEY) === "en" ? "en" : "fr";
const listeners = new Set<() => void>();

export const currentLanguage = (): Language => language;

export function chooseLanguage(chosen: Language): void {
  language = chosen;
  localStorage.setItem(KEY, chosen);
  document.documentElement.lang = chosen;
  for (const listener of listeners) listener();
}

export function onLanguageChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
