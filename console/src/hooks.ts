import { useSyncExternalStore } from "react";
import * as session from "./session";
import { type Texts, currentLanguage, currentTexts, onLanguageChange } from "./texts";

export const useSession = (): session.State => useSyncExternalStore(session.onChange, session.getState);
export const useTexts = (): Texts => useSyncExternalStore(onLanguageChange, currentTexts);
export const useLanguage = () => useSyncExternalStore(onLanguageChange, currentLanguage);
