import "./styles";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { currentLanguage } from "../../shared/language";
import { configure } from "../../shared/session";
import { App } from "./App";
import { said } from "./say";

configure({
  device: "Bureau Belle House",
  language: currentLanguage,
  offline: () => said(["Le serveur ne répond pas. Vérifiez la connexion et réessayez.", "The server doesn’t answer. Check the connection and try again."]),
  remembers: true,
  ended: () => said(["Votre session est terminée. Connectez-vous à nouveau : ce que vous avez saisi est resté.", "Your session has ended. Sign in again: what you typed is still there."]),
});
document.documentElement.lang = currentLanguage();
/** What the page's policy lets styles in by; the server makes a new one each time. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
setNonce(nonce);
createRoot(document.getElementById("root")!).render(<App nonce={nonce} />);
