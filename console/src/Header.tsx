import { useLanguage, useTexts } from "./hooks";
import logo from "./icon.svg";
import { type State, askToSignIn, signOut } from "../shared/session";
import { chooseLanguage } from "../shared/language";

export function LanguageSwitch() {
  const language = useLanguage();
  return (
    <div className="language-switch" role="group" aria-label="Langue · Language">
      {(["fr", "en"] as const).map((it) => (
        <button key={it} type="button" lang={it} aria-pressed={it === language} onClick={() => chooseLanguage(it)}>
          {it.toUpperCase()}
        </button>
      ))}
    </div>
  );
}

export function Header({ state, onChangePassword }: { state: State; onChangePassword: () => void }) {
  const texts = useTexts();
  const person = state.kind === "signedIn" ? state.person : null;
  const roles = { ADMIN: texts.administrator, STAFF: texts.staff, CLIENT: texts.client };
  return (
    <header className="console-header">
      <img src={logo} alt="" width="22" height="22" />
      <strong>Belle House</strong>
      <span className="console-subtitle">{texts.title}</span>
      <span className="console-who" data-testid="who">
        {person ? (
          <>
            {person.name ?? person.email} <span className="role">{roles[person.role]}</span>
          </>
        ) : (
          texts.visitorName
        )}
      </span>
      <LanguageSwitch />
      {person ? (
        <>
          <button type="button" className="quiet" onClick={onChangePassword}>
            {texts.password}
          </button>
          <button type="button" className="quiet" onClick={() => void signOut()}>
            {texts.signOut}
          </button>
        </>
      ) : (
        <button type="button" className="primary" onClick={askToSignIn}>
          {texts.signIn}
        </button>
      )}
    </header>
  );
}
