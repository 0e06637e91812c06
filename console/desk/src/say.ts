// What the desk says: French and English stand side by side where they are said.

import { useSyncExternalStore } from "react";
import { currentLanguage, onLanguageChange } from "../../shared/language";

export type Text = readonly [fr: string, en: string];

/** In the current language. In components use `useSay`, which follows a change of language. */
export const said = (text: Text): string => text[currentLanguage() === "en" ? 1 : 0];

export const useLanguage = () => useSyncExternalStore(onLanguageChange, currentLanguage);

export function useSay(): (text: Text) => string {
  useLanguage();
  return said;
}
