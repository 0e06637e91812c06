// Another record, found by typing some of its name.

import { CloseButton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useState } from "react";
import { useSay } from "../say";
import { useLater, useWhenFresh } from "../ui/useLater";
import type { Picked } from "./types";

interface Props {
  className?: string;
  label: string;
  description?: string;
  error?: string;
  withAsterisk?: boolean;
  disabled?: boolean;
  find(search: string): Promise<Picked[]>;
  value: Picked | null;
  change(value: Picked | null): void;
}

export function PickField({ find, value, change, className, ...field }: Props) {
  const say = useSay();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const search = useLater(typed ?? "", 200);
  const open = typed !== null;
  const { data: hits = [], isFetching } = useQuery({
    queryKey: ["palette", "pick", field.label, search],
    queryFn: () => find(search),
    enabled: open,
  });
  const fresh = search === typed && !isFetching;
  const choose = (hit: Picked | undefined) => {
    if (hit) change(hit);
    setTyped(null);
  };
  const confirm = useWhenFresh(fresh, () => choose(hits[active]));

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) setTyped("");
      else setActive((at) => (at + step + hits.length) % Math.max(hits.length, 1));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      confirm();
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setTyped(null);
    }
  }

  return (
    <div className={`pick ${className ?? ""}`}>
      <TextInput
        {...field}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-hits`}
        aria-activedescendant={open && hits[active] ? `${id}-${active}` : undefined}
        autoComplete="off"
        placeholder={say(["Tapez quelques lettres…", "Type some letters…"])}
        value={typed ?? value?.label ?? ""}
        onFocus={() => !value && setTyped("")}
        onBlur={() => setTyped(null)}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        rightSectionPointerEvents="all"
        rightSection={
          value && !field.disabled ? <CloseButton aria-label={say(["Effacer", "Clear"])} onClick={() => change(null)} /> : undefined
        }
      />
      {open && (
        <ul id={`${id}-hits`} role="listbox" className="hits floating" aria-label={field.label}>
          {hits.map((hit, n) => (
            // The field loses its focus at mouse-down, before a click: choose by the former.
            <li key={hit.id} id={`${id}-${n}`} role="option" aria-selected={n === active} onMouseDown={(event) => (event.preventDefault(), choose(hit))}>
              <span>{hit.label}</span>
              <small>{hit.detail}</small>
            </li>
          ))}
          {hits.length === 0 && (
            <li role="option" aria-selected={false} aria-disabled>
              {isFetching ? "…" : say(["Rien ne correspond.", "Nothing matches."])}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
