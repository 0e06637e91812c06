// The life of a form: what was read, what is typed, what is wrong, who else changed it.

import { useEffect, useRef, useState } from "react";
import { Refused } from "../../../shared/session";
import { Keys } from "../api/ask";
import { place, told } from "../api/mistakes";
import { said } from "../say";
import { toast } from "../ui/toasts";
import { isEmpty, patchOf, same } from "./convert";
import type { AnyField, Loaded, Saved, Values } from "./types";

export interface EditorOptions<Row> {
  fields: AnyField[];
  /** Null for a new record, whose first values are `initial`. */
  loaded: Loaded | null;
  initial?: Values;
  /** `version` is null for a new record. `key` makes sending twice harmless. */
  save(patch: Record<string, unknown>, version: number | null, key: string): Promise<Saved<Row>>;
  read(row: Row): Loaded;
  done(row: Row): void;
}

export interface Conflict {
  base: Values;
  mine: Values;
  theirs: Loaded;
}

export function useEditor<Row>({ fields, loaded, initial = {}, save, read, done }: EditorOptions<Row>) {
  const [base, setBase] = useState<Loaded | null>(loaded);
  const [mine, setMine] = useState<Values>(loaded?.values ?? initial);
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const keys = useRef(new Keys());
  const from = base?.values ?? initial;
  const dirty = fields.some(({ name }) => !same(from[name], mine[name]));
  /** Saved, and on its way elsewhere: nothing is left to lose. */
  const finished = useRef(false);

  // Changed elsewhere while nothing is typed here: shown as it is now.
  if (loaded && base && loaded.version > base.version && !dirty && !busy && !conflict) {
    setBase(loaded);
    setMine(loaded.values);
  }

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]')?.focus();
  }, [mistakes]);

  async function send(values: Values, from: Loaded | null): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const patch = patchOf(fields, from?.values ?? null, values);
      const { row, userErrors } = await save(patch, from?.version ?? null, keys.current.for([patch, from?.version]));
      if (userErrors.some((it) => it.code === "CONFLICT") && row && from) {
        setConflict({ base: from.values, mine: values, theirs: read(row) });
        return;
      }
      if (userErrors.length > 0 || !row) {
        const found = Object.fromEntries(userErrors.map((it) => [place(it), told(it)]));
        const elsewhere = userErrors.filter((it) => !fields.some(({ name }) => place(it) === name || place(it).startsWith(`${name}.`)));
        setProblem(elsewhere.map(told).join(" ") || null);
        setMistakes(found);
        return;
      }
      keys.current.done();
      const next = read(row);
      finished.current = from === null;
      setBase(next);
      // What was typed while it was on its way stays, as the next change.
      setMine((now) => ({
        ...next.values,
        ...Object.fromEntries(fields.filter(({ name }) => !same(now[name], values[name])).map(({ name }) => [name, now[name]])),
      }));
      setMistakes({});
      toast(said(["Enregistré.", "Saved."]));
      done(row);
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  async function submit(): Promise<void> {
    if (busy) return;
    const missing = fields.filter((field) => field.required && (field.when?.(mine) ?? true) && isEmpty(mine[field.name]));
    const found = Object.fromEntries(missing.map(({ name }) => [name, said(["À remplir.", "Fill this in."])]));
    setMistakes(found);
    if (missing.length === 0) await send(mine, base);
  }

  return {
    form,
    mine,
    mistakes,
    problem,
    conflict,
    busy,
    dirty,
    finished,
    submit,
    change(name: string, value: unknown) {
      setMine((before) => ({ ...before, [name]: value }));
      setMistakes((before) => Object.fromEntries(Object.entries(before).filter(([at]) => at !== name && !at.startsWith(`${name}.`))));
    },
    reset() {
      setMine(base?.values ?? initial);
      setMistakes({});
      setProblem(null);
    },
    /** What was chosen, on top of what the other one saved. */
    async settle(values: Values) {
      if (!conflict) return;
      setConflict(null);
      setBase(conflict.theirs);
      setMine(values);
      await send(values, conflict.theirs);
    },
    putOff: () => setConflict(null),
  };
}

export type EditorState = ReturnType<typeof useEditor<never>>;
