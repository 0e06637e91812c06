import { useSyncExternalStore } from "react";
import * as session from "../shared/session";
import { currentLanguage, onLanguageChange } from "../shared/language";
import { type Texts, currentTexts } from "./texts";

export const useSession = (): session.State => useSyncExternalStore(session.onChange, session.getState);
export const useTexts = (): Texts => useSyncExternalStore(onLanguageChange, currentTexts);
export const useLanguage = () => useSyncExternalStore(onLanguageChange, currentLanguage);
