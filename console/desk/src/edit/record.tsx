// Two screens for a kind of record by one declaration: its page, and a new one.

import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Kind, queries, stale } from "../api/queries";
import { type Text, useSay } from "../say";
import { go } from "../ui/Go";
import { Screen } from "../ui/Screen";
import { DeleteButton } from "./DeleteButton";
import { Editor } from "./Editor";
import { RecordScreen } from "./RecordScreen";
import type { AnyField, Loaded, Saved, Values } from "./types";

export interface RecordSpec<Row extends { id: string; version: number }> {
  kind: Kind;
  to: string;
  /** Of the list that it belongs to. */
  list: Text;
  load(id: string): Promise<Row | null | undefined>;
  name(row: Row): string;
  fields: AnyField[];
  read(row: Row): Loaded;
  update(id: string, version: number, patch: Record<string, unknown>): Promise<Saved<Row>>;
  /** What else is stale when it changes. */
  touches?: Kind[];
  locked?(row: Row): boolean;
  badge?(row: Row): ReactNode;
  actions?(row: Row): ReactNode;
  /** Above the form, and below it. */
  above?(row: Row): ReactNode;
  below?(row: Row): ReactNode;
  /** What goes along into the bin; false: it isn't deleted here. */
  along?: Text | false;
}

export interface NewSpec<Row extends { id: string; version: number }> {
  kind: Kind;
  to: string;
  list: Text;
  title: Text;
  hint?: Text;
  fields: AnyField[];
  initial?: Values;
  saveLabel?: Text;
  create(input: Record<string, unknown>, idempotencyKey: string): Promise<Saved<Row>>;
  touches?: Kind[];
}

export function RecordPage<Row extends { id: string; version: number }>({ spec }: { spec: RecordSpec<Row> }) {
  const say = useSay();
  const { id = "" } = useParams({ strict: false });
  return (
    <RecordScreen<Row>
      kind={spec.kind}
      id={id}
      back={{ to: spec.to, label: say(spec.list) }}
      load={spec.load}
      title={spec.name}
      badge={spec.badge}
      actions={spec.actions}
    >
      {(row) => (
        <>
          {spec.above?.(row)}
          <Editor<Row>
            key={row.id}
            fields={spec.fields}
            loaded={spec.read(row)}
            read={spec.read}
            locked={spec.locked?.(row)}
            save={(patch, version) => spec.update(row.id, version ?? row.version, patch)}
            done={(saved) => {
              queries.setQueryData([spec.kind, "one", saved.id], saved);
              stale(spec.kind, ...(spec.touches ?? []));
            }}
            actions={
              spec.along !== false && <DeleteButton record={row} name={spec.name(row)} back={spec.to} along={spec.along} />
            }
          />
          {spec.below?.(row)}
        </>
      )}
    </RecordScreen>
  );
}

export function NewPage<Row extends { id: string; version: number }>({ spec }: { spec: NewSpec<Row> }) {
  const say = useSay();
  return (
    <Screen title={say(spec.title)} back={{ to: spec.to, label: say(spec.list) }}>
      {spec.hint && <p className="quiet">{say(spec.hint)}</p>}
      <Editor<Row>
        fields={spec.fields}
        loaded={null}
        initial={spec.initial}
        saveLabel={spec.saveLabel && say(spec.saveLabel)}
        read={(row) => ({ version: row.version, values: {} })}
        save={(input, _, key) => spec.create(input, key)}
        done={(row) => {
          stale(spec.kind, ...(spec.touches ?? []));
          void go(`${spec.to}/${row.id}`, {}, true);
        }}
      />
    </Screen>
  );
}
