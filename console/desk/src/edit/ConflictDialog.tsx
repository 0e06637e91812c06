// Two people changed one record: theirs and mine, field by field. Nothing is lost without having been chosen.

import { Button, Group, Modal, Stack, Text as Words } from "@mantine/core";
import { useState } from "react";
import { useSay } from "../say";
import { same, show } from "./convert";
import type { AnyField, Values } from "./types";
import type { Conflict } from "./useEditor";

interface Props {
  fields: AnyField[];
  conflict: Conflict;
  settle(values: Values): Promise<void>;
  putOff(): void;
}

export default function ConflictDialog({ fields, conflict: { base, mine, theirs }, settle, putOff }: Props) {
  const say = useSay();
  const [kept, setKept] = useState<Record<string, "mine" | "theirs">>({});
  const theirChanges = fields.filter(({ name }) => !same(base[name], theirs.values[name]));
  const both = theirChanges.filter(({ name }) => !same(base[name], mine[name]) && !same(theirs.values[name], mine[name]));
  const onlyTheirs = theirChanges.filter((field) => !both.includes(field));
  const open = both.filter(({ name }) => !kept[name]);

  function merged(): Values {
    const ofMine = fields.filter(({ name }) => !same(base[name], mine[name]) && kept[name] !== "theirs");
    return { ...theirs.values, ...Object.fromEntries(ofMine.map(({ name }) => [name, mine[name]])) };
  }

  return (
    <Modal
      opened
      onClose={putOff}
      size="lg"
      title={say(["Quelqu’un d’autre a enregistré entre-temps", "Somebody else saved meanwhile"])}
      closeButtonProps={{ "aria-label": say(["Fermer", "Close"]) }}
    >
      <Stack>
        {onlyTheirs.length > 0 && (
          <div>
            <Words>{say(["Leurs changements, qui sont gardés :", "Their changes, which are kept:"])}</Words>
            <ul>
              {onlyTheirs.map((field) => (
                <li key={field.name}>
                  {say(field.label)} : {show(field, theirs.values[field.name])}
                </li>
              ))}
            </ul>
          </div>
        )}
        {both.map((field) => (
          <fieldset key={field.name} className="versions">
            <legend>{say(field.label)}</legend>
            {(["theirs", "mine"] as const).map((whose) => (
              <label key={whose}>
                <input
                  type="radio"
                  name={`conflict-${field.name}`}
                  checked={kept[field.name] === whose}
                  onChange={() => setKept((before) => ({ ...before, [field.name]: whose }))}
                />
                <span>
                  <b>{whose === "mine" ? say(["La mienne", "Mine"]) : say(["La leur", "Theirs"])}</b>
                  {show(field, (whose === "mine" ? mine : theirs.values)[field.name])}
                </span>
              </label>
            ))}
          </fieldset>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={putOff}>
            {say(["Plus tard", "Later"])}
          </Button>
          <Button disabled={open.length > 0} onClick={() => void settle(merged())}>
            {say(["Enregistrer ces choix", "Save these choices"])}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
