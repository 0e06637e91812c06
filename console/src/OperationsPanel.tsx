// GraphiQL's left pane with the ready-made operations: searched, grouped by job, opened in a tab of their own.

import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useState } from "react";
import { PictureSender } from "./PictureSender";
import { useLanguage, useSession, useTexts } from "./hooks";
import { type Operation, exampleVariables, search } from "./operations";

function OperationsPanel() {
  const texts = useTexts();
  const language = useLanguage();
  const [text, setText] = useState("");
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick("queryEditor", "variableEditor"));
  const session = useSession();
  const isStaff = session.kind === "signedIn" && session.person.role !== "CLIENT";
  const groups = [...search(text)];
  const [opened, setOpened] = useState<string>();

  function open(operation: Operation) {
    setOpened(operation.name);
    addTab();
    queryEditor?.setValue(operation.query);
    variableEditor?.setValue(exampleVariables(operation));
  }

  return (
    <section className="operations" aria-label={texts.operations}>
      <div className="graphiql-doc-explorer-title">{texts.operations}</div>
      <input
        type="search"
        className="operations-search"
        placeholder={texts.search}
        aria-label={texts.search}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {isStaff && <PictureSender />}
      {groups.length === 0 && <p className="hint">{texts.nothing}</p>}
      {groups.map(([group, operations]) => (
        <section key={group}>
          <h2>{operations[0]?.group[language]}</h2>
          <ul>
            {operations.map((operation) => (
              <li key={operation.name}>
                <button
                  type="button"
                  data-operation={operation.name}
                  title={operation.description}
                  aria-current={operation.name === opened}
                  disabled={!queryEditor}
                  onClick={() => open(operation)}
                >
                  <span className={`kind ${operation.kind}`} aria-label={operation.kind} />
                  {operation.title[language]}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
      <path d="M4 6h2M10 6h10M4 12h2M10 12h10M4 18h2M10 18h10" />
    </svg>
  );
}

export const OPERATIONS_PLUGIN: GraphiQLPlugin = {
  title: "Opérations · Operations",
  icon: Icon,
  content: OperationsPanel,
};
