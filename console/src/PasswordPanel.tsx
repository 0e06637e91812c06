import { type FormEvent, useState } from "react";
import { useTexts } from "./hooks";
import { changePassword, signOut } from "../shared/session";

/** In the desk's place while the password is a temporary one, over it when somebody asks for it. */
export function PasswordPanel({ owner, temporary = false, onDone }: { owner: string; temporary?: boolean; onDone: () => void }) {
  const texts = useTexts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await changePassword(String(form.get("current")), String(form.get("new")));
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  return (
    <div className={temporary ? "panel-page" : "panel-page panel-over"}>
      <form className="panel" role="dialog" aria-label={texts.changePassword} onSubmit={(event) => void submit(event)}>
        <h1>{texts.changePassword}</h1>
        {temporary && <p>{texts.mustChange}</p>}
        {/* For password managers: whose password it is. */}
        <input type="text" autoComplete="username" value={owner} readOnly hidden />
        <label>
          {texts.currentPassword}
          <input name="current" type="password" autoComplete="current-password" required autoFocus maxLength={128} />
        </label>
        <label>
          {texts.newPassword}
          <input name="new" type="password" autoComplete="new-password" required minLength={8} maxLength={128} />
        </label>
        <p className="hint">{texts.newPasswordHint}</p>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="primary" disabled={busy}>
          {texts.save}
        </button>
        <button type="button" className="link" onClick={temporary ? () => void signOut() : onDone}>
          {temporary ? texts.signOut : texts.cancel}
        </button>
      </form>
    </div>
  );
}
