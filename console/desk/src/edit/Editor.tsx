// Any form, by its declaration: Save is always in sight, mistakes stand at their fields, leaving asks.

import { Alert, Button, Group, Text as Words, Title } from "@mantine/core";
import { type FormEvent, Fragment, lazy, type ReactNode, Suspense, useEffect } from "react";
import { useSay } from "../say";
import { FieldView } from "./FieldView";
import { LeaveGuard } from "./LeaveGuard";
import { type EditorOptions, useEditor } from "./useEditor";

const ConflictDialog = lazy(() => import("./ConflictDialog"));

interface Props<Row> extends EditorOptions<Row> {
  /** Nothing may be changed: shown as it is. */
  locked?: boolean;
  saveLabel?: string;
  /** Beside Save. */
  actions?: ReactNode;
  children?: (values: Record<string, unknown>) => ReactNode;
}

export function Editor<Row>({ locked = false, saveLabel, actions, children, ...options }: Props<Row>) {
  const say = useSay();
  const editor = useEditor(options);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    void editor.submit();
  };
  // Ctrl-S saves wherever on the screen one is, unless a question is open.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!locked && !document.querySelector('[role="dialog"]')) submit();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
  return (
    <form ref={editor.form} onSubmit={submit} noValidate className="editor">
      <div className="fields">
        {options.fields.filter((field) => field.when?.(editor.mine) ?? true).map((field) => (
          <Fragment key={field.name}>
            {field.section && (
              <Title order={2} size="h4" className="whole">
                {say(field.section)}
              </Title>
            )}
            <FieldView
              field={field}
              value={editor.mine[field.name]}
              values={editor.mine}
              mistakes={editor.mistakes}
              disabled={locked}
              change={(value) => editor.change(field.name, value)}
            />
          </Fragment>
        ))}
      </div>
      {children?.(editor.mine)}
      {editor.problem && (
        <Alert color="red" role="alert">
          {editor.problem}
        </Alert>
      )}
      {!locked && (
        <Group className="save-bar" justify="space-between">
          <Words size="sm" c="var(--quiet)">
            {editor.dirty && say(["Modifications non enregistrées", "Changes not saved"])}
          </Words>
          <Group gap="xs">
            {editor.dirty && options.loaded && (
              <Button variant="default" onClick={editor.reset}>
                {say(["Annuler les changements", "Undo the changes"])}
              </Button>
            )}
            {actions}
            <Button type="submit" loading={editor.busy} disabled={!editor.dirty && options.loaded !== null}>
              {saveLabel ?? say(["Enregistrer", "Save"])}
            </Button>
          </Group>
        </Group>
      )}
      <LeaveGuard when={() => editor.dirty && !editor.finished.current} />
      {editor.conflict && (
        <Suspense>
          <ConflictDialog fields={options.fields} conflict={editor.conflict} settle={editor.settle} putOff={editor.putOff} />
        </Suspense>
      )}
    </form>
  );
}
