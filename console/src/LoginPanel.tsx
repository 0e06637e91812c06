import { type FormEvent, useState } from "react";
import { LanguageSwitch } from "./Header";
import { useTexts } from "./hooks";
import logo from "./icon.svg";
import { CodeRequired, signIn, visit } from "../shared/session";

export function LoginPanel({ notice }: { notice: string | null }) {
  const texts = useTexts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [asksCode, setAsksCode] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await signIn(String(form.get("email")), String(form.get("password")), form.get("code")?.toString() || undefined);
    } catch (error) {
      if (error instanceof CodeRequired) setAsksCode(true);
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  return (
    <main className="panel-page">
      <form className="panel" onSubmit={(event) => void submit(event)}>
        <div className="panel-brand">
          <img src={logo} alt="" width="40" height="40" />
          <div>
            <strong>Belle House</strong>
            <span>{texts.title}</span>
          </div>
          <LanguageSwitch />
        </div>
        <p>{texts.intro}</p>
        <label>
          {texts.email}
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label>
          {texts.password}
          <input name="password" type="password" autoComplete="current-password" required maxLength={128} />
        </label>
        {asksCode && (
          <label>
            {texts.code}
            <input name="code" autoComplete="one-time-code" required autoFocus maxLength={64} />
          </label>
        )}
        {(problem ?? notice) && (
          <p className="problem" role="alert">
            {problem ?? notice}
          </p>
        )}
        <button type="submit" className="primary" disabled={busy}>
          {busy ? texts.signingIn : texts.signIn}
        </button>
        <p className="hint">{texts.memory}</p>
        <hr />
        <button type="button" className="link" onClick={visit}>
          {texts.visitor}
        </button>
        <p className="hint">{texts.visitorHint}</p>
      </form>
    </main>
  );
}
