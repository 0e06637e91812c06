// The lines, one after the other: paste from a spreadsheet, reorder by drag or keys, Enter for the next.

import { ActionIcon, Button, Group, Text as Words, TextInput, Textarea, Title } from "@mantine/core";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import type { FieldProps } from "../../edit/types";
import type { CurrencyCode } from "../../gql/graphql";
import { useLanguage, useSay } from "../../say";
import { Icon } from "../../ui/icons";
import { EMPTY, type Line, amount, fromSpreadsheet, isBlank, totals } from "./lines";

export function LinesField({ value, change, mistakes, disabled, values }: FieldProps) {
  const say = useSay();
  const language = useLanguage();
  const lines = (value as Line[] | undefined) ?? [];
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const currency = currencyOf(values);
  const sums = totals(lines, String(values.taxPercentage ?? ""), "", currency);

  const set = (at: number, part: Partial<Line>) => change(lines.map((line, n) => (n === at ? { ...line, ...part } : line)));
  const focusOn = (at: number) => setTimeout(() => list.current?.querySelectorAll<HTMLElement>("textarea")[at]?.focus());
  function insert(at: number, added: Line[]) {
    change([...lines.slice(0, at), ...added, ...lines.slice(at)]);
    focusOn(at);
  }
  function move(from: number, to: number) {
    if (to < 0 || to >= lines.length || from === to) return;
    const next = [...lines];
    next.splice(to, 0, ...next.splice(from, 1));
    change(next);
  }

  function onPaste(event: ClipboardEvent, at: number) {
    const pasted = fromSpreadsheet(event.clipboardData.getData("text/plain"));
    if (!pasted) return;
    event.preventDefault();
    const replaced = lines[at] && isBlank(lines[at]) ? 1 : 0;
    change([...lines.slice(0, at + 1 - replaced), ...pasted, ...lines.slice(at + 1)]);
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>, at: number) {
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const to = at + (event.key === "ArrowUp" ? -1 : 1);
      move(at, to);
      focusOn(Math.max(0, Math.min(to, lines.length - 1)));
    } else if (event.key === "Enter" && event.currentTarget.tagName === "INPUT" && !event.ctrlKey) {
      event.preventDefault();
      insert(at + 1, [EMPTY]);
    }
  }

  return (
    <section className="stack" aria-label={say(["Lignes", "Lines"])}>
      <Group justify="space-between" align="baseline">
        <Title order={2} size="h4">
          {say(["Lignes", "Lines"])}
        </Title>
        {!disabled && (
          <Words size="sm" c="var(--quiet)">
            {say([
              "Collez des lignes d’un tableur. Entrée : ligne suivante. Alt+flèches : déplacer.",
              "Paste rows from a spreadsheet. Enter: next line. Alt+arrows: move.",
            ])}
          </Words>
        )}
      </Group>
      {mistakes[""] && (
        <Words c="var(--mantine-color-error)" role="alert">
          {mistakes[""]}
        </Words>
      )}
      <ol className="lines" ref={list}>
        {lines.map((line, at) => {
          const n = at + 1;
          const keys = { onKeyDown: (event: KeyboardEvent<HTMLElement>) => onKeyDown(event, at), onPaste: (event: ClipboardEvent) => onPaste(event, at) };
          return (
            <li
              key={at}
              className={dragged === at ? "dragged" : undefined}
              onDragOver={(event) => dragged !== null && event.preventDefault()}
              onDrop={() => dragged !== null && move(dragged, at)}
            >
              <Textarea
                className="line-description"
                size="sm"
                autosize
                minRows={1}
                maxLength={2000}
                disabled={disabled}
                aria-label={say([`Désignation, ligne ${n}`, `Description, line ${n}`])}
                placeholder={say(["Désignation", "Description"])}
                error={mistakes[`${at}.description`]}
                value={line.description}
                onChange={(event) => set(at, { description: event.currentTarget.value })}
                {...keys}
              />
              <TextInput
                size="sm"
                inputMode="decimal"
                disabled={disabled}
                aria-label={say([`Quantité, ligne ${n}`, `Quantity, line ${n}`])}
                placeholder={say(["Quantité", "Quantity"])}
                error={mistakes[`${at}.quantity`]}
                value={line.quantity}
                onChange={(event) => set(at, { quantity: event.currentTarget.value })}
                {...keys}
              />
              <TextInput
                size="sm"
                inputMode="decimal"
                disabled={disabled}
                aria-label={say([`Prix unitaire, ligne ${n}`, `Unit price, line ${n}`])}
                placeholder={say(["Prix unitaire", "Unit price"])}
                error={mistakes[`${at}.unitPrice`]}
                value={line.unitPrice}
                onChange={(event) => set(at, { unitPrice: event.currentTarget.value })}
                {...keys}
              />
              <output className="figure" aria-label={say([`Total de la ligne ${n}`, `Total of line ${n}`])}>
                {sums.each[at] == null ? "?" : amount(sums.each[at], currency, language)}
              </output>
              {!disabled && (
                <Group gap={0} wrap="nowrap">
                  <span
                    className="grip"
                    draggable
                    aria-hidden="true"
                    title={say(["Faire glisser", "Drag"])}
                    onDragStart={() => setDragged(at)}
                    onDragEnd={() => setDragged(null)}
                  >
                    ⠿
                  </span>
                  <ActionIcon
                    variant="subtle"
                    color="var(--danger)"
                    aria-label={say([`Retirer la ligne ${n}`, `Remove line ${n}`])}
                    onClick={() => change(lines.filter((_, other) => other !== at))}
                  >
                    <Icon name="close" size={18} />
                  </ActionIcon>
                </Group>
              )}
            </li>
          );
        })}
      </ol>
      {!disabled && (
        <Button variant="default" leftSection={<Icon name="plus" size={18} />} onClick={() => insert(lines.length, [EMPTY])}>
          {say(["Ajouter une ligne", "Add a line"])}
        </Button>
      )}
    </section>
  );
}

/** Of the chosen project. */
export function currencyOf(values: Record<string, unknown>): CurrencyCode {
  return (values.projectId as { currency?: CurrencyCode } | null)?.currency ?? (values.currency as CurrencyCode | undefined) ?? "XOF";
}
