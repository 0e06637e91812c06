import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./console.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Console } from "./Console";
import { currentLanguage } from "../shared/language";
import { configure } from "../shared/session";
import { currentTexts } from "./texts";

configure({
  device: "Console (GraphiQL)",
  language: currentLanguage,
  offline: () => currentTexts().offline,
  ended: () => currentTexts().ended,
  // One tries out several people here, and none of them should be the desk's.
  remembers: false,
});
document.documentElement.lang = currentLanguage();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
