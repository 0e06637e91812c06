// The page: who is signed in on top, GraphiQL below, or the login panel in its place.

import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { useRef, useState } from "react";
import { Header } from "./Header";
import { LoginPanel } from "./LoginPanel";
import { OPERATIONS_PLUGIN } from "./OperationsPanel";
import { PasswordPanel } from "./PasswordPanel";
import { fetcher } from "./fetcher";
import { useSession, useTexts } from "./hooks";
import { ConsoleStorage } from "./storage";

const PLUGINS = [OPERATIONS_PLUGIN, HISTORY_PLUGIN];

const WELCOME = `# Belle House
#
# « Opérations », à gauche, contient une opération prête pour chaque tâche.
# "Operations", on the left, holds a ready-made operation for each job.
#
# Ctrl+Entrée / Ctrl+Enter : exécuter / run
# Ctrl+Espace / Ctrl+Space : proposer / suggest

query WhoAmI {
  viewer {
    email
    name
    role
  }
}
`;

/** A GraphiQL for each person: what the former one saw and typed goes with them. */
interface Desk {
  owner: string;
  storage: ConsoleStorage;
}

export function Console() {
  const state = useSession();
  const texts = useTexts();
  const [choosesPassword, setChoosesPassword] = useState(false);
  const desk = useRef<Desk>({ owner: "", storage: new ConsoleStorage() });

  if (state.kind === "signedOut") return <LoginPanel notice={state.notice} />;
  const owner = state.kind === "signedIn" ? state.person.email : "visitor";
  if (state.kind === "signedIn" && state.person.mustChangePassword) {
    return <PasswordPanel owner={owner} temporary onDone={() => {}} />;
  }
  if (desk.current.owner !== owner) desk.current = { owner, storage: new ConsoleStorage() };
  const isStaff = state.kind === "signedIn" && state.person.role !== "CLIENT";

  return (
    <div className="console">
      <Header state={state} onChangePassword={() => setChoosesPassword(true)} />
      {state.kind === "signedIn" && !isStaff && (
        <p className="console-notice" role="status">
          {texts.notStaff}
        </p>
      )}
      <div className="console-desk">
        <GraphiQL
          // A new one for each person, so that the schema is fetched again with their token.
          key={owner}
          fetcher={fetcher}
          storage={desk.current.storage}
          // Introspection is for staff; nobody else's browser asks for it.
          schema={isStaff ? undefined : null}
          plugins={PLUGINS}
          referencePlugin={DOC_EXPLORER_PLUGIN}
          visiblePlugin={OPERATIONS_PLUGIN}
          defaultQuery={WELCOME}
          defaultEditorToolsVisibility="variables"
          // The token is ours to send.
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
          shouldPersistHeaders={false}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </div>
      {choosesPassword && <PasswordPanel owner={owner} onDone={() => setChoosesPassword(false)} />}
    </div>
  );
}
