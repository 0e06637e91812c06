// Filters live in the address: a filtered list can be bookmarked, sent to a colleague, and come back to.

import { NativeSelect, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useSay } from "../say";
import { go } from "../ui/Go";
import type { Filter, ListSpec } from "./types";

interface Props {
  spec: Pick<ListSpec<{ id: string }>, "to" | "filters" | "orders">;
  search: Record<string, string>;
}

export function Filters({ spec, search }: Props) {
  const say = useSay();
  const filters = spec.filters ?? [];
  if (filters.length === 0 && !spec.orders) return null;
  const set = (name: string, value: string) => void go(spec.to, { ...search, page: undefined, [name]: value || undefined }, true);
  const shown = filters.filter((filter) => filter.kind === "search");
  const folded = filters.filter((filter) => filter.kind !== "search");
  const active = folded.filter((filter) => search[filter.name]).length;
  const rest = (
    <>
      {folded.map((filter) => (
        <One key={filter.name} filter={filter} value={search[filter.name] ?? ""} set={(value) => set(filter.name, value)} />
      ))}
      {spec.orders && (
        <NativeSelect
          size="sm"
          label={say(["Ordre", "Order"])}
          value={search.order ?? ""}
          onChange={(event) => set("order", event.currentTarget.value)}
          data={spec.orders.map(([value, label]) => ({ value, label: say(label) }))}
        />
      )}
    </>
  );
  return (
    <search className="filters">
      {shown.map((filter) => (
        <SearchField key={filter.name} label={say(filter.label)} value={search[filter.name] ?? ""} set={(value) => set(filter.name, value)} />
      ))}
      {(folded.length > 0 || spec.orders) && (
        <details className="folded" open={active > 0 || window.matchMedia("(min-width: 62em)").matches || undefined}>
          <summary>
            {say(["Filtres", "Filters"])}
            {active > 0 && ` (${active})`}
          </summary>
          <div>{rest}</div>
        </details>
      )}
    </search>
  );
}

function One({ filter, value, set }: { filter: Filter; value: string; set: (value: string) => void }) {
  const say = useSay();
  if (filter.kind === "select") {
    return (
      <NativeSelect
        size="sm"
        label={say(filter.label)}
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
        data={[{ value: "", label: say(["Tous", "All"]) }, ...filter.options.map(([option, label]) => ({ value: option, label: say(label) }))]}
      />
    );
  }
  return <TextInput size="sm" type="date" label={say(filter.label)} value={value} onChange={(event) => set(event.currentTarget.value)} />;
}

/** Asks when the typing pauses. */
function SearchField({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    setTyped(value);
    return () => clearTimeout(timer.current);
  }, [value]);
  return (
    <TextInput
      size="sm"
      type="search"
      className="filter-search"
      label={label}
      value={typed}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => set(text.trim()), 300);
      }}
    />
  );
}
