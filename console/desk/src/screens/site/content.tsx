// One kind of the website's content by a declaration: from it come its list, its page and a new one.

import type { ReactNode } from "react";
import { ask } from "../../api/ask";
import { checkWhole, type Mistake } from "../../api/mistakes";
import { stale } from "../../api/queries";
import { toMoment } from "../../edit/convert";
import type { NewSpec, RecordSpec } from "../../edit/record";
import type { AnyField, Field, Loaded, Picture, Saved, Values } from "../../edit/types";
import { ContentDocument, type ContentQuery, type ReorderServicesMutationVariables } from "../../gql/graphql";
import type { Column, Filter, ListSpec, Page, Rows } from "../../list/types";
import { type Text, said } from "../../say";
import { ActButton } from "../../ui/ActButton";
import { Icon, type IconName } from "../../ui/icons";

export interface Base {
  id: string;
  version: number;
}

type Node = NonNullable<ContentQuery["node"]>;

export interface ContentKind<Row extends Base, Full extends Base, Input> {
  /** In the address. */
  slug: string;
  type: Node["__typename"];
  icon: IconName;
  title: Text;
  fresh: Text;
  about: Text;
  name(row: Row | Full): string;
  fetch(page: Page, filters: Record<string, string>): Promise<Rows<Row>>;
  columns: Column<Row>[];
  filters?: Filter[];
  fields: Field<Input>[];
  initial?: Values;
  /** What doesn't lie in the record as the form wants it. */
  own?(row: Full): Values;
  create(input: never): Promise<Saved<Full>>;
  update(input: { id: string; expectedVersion: number; patch: never }): Promise<Saved<Full>>;
  actions?(row: Full): ReactNode;
  below?(row: Full): ReactNode;
  /** Lists that staff put in order. */
  reorder?(variables: ReorderServicesMutationVariables): Promise<{ userErrors: Mistake[] }>;
}

export interface Content {
  slug: string;
  icon: IconName;
  title: Text;
  about: Text;
  list: ListSpec<Base>;
  page: RecordSpec<Base>;
  fresh: NewSpec<Base>;
}

/** A text and its English: French first. */
export function both<Name extends string>(
  name: Name,
  label: Text,
  kind: "text" | "long" | "markdown",
  max: number,
  required = false,
): { name: Name | `${Name}En`; label: Text; kind: typeof kind; max: number; required?: boolean; half?: boolean }[] {
  const half = kind === "text";
  return [
    { name, label, kind, max, required, half },
    { name: `${name}En`, label: [`${label[0]} (anglais)`, `${label[1]} (English)`], kind, max, half },
  ];
}

const PICTURE = "UploadId";

/** A record's values as its form has them, by each field's kind. */
function valuesOf(fields: AnyField[], row: Record<string, unknown>): Values {
  return Object.fromEntries(
    fields.map(({ name, kind }) => {
      if (kind === "picture") {
        const picture = row[name.slice(0, -PICTURE.length)] as { url: string } | null;
        return [name, picture ? ({ url: picture.url, uploadId: null } satisfies Picture) : null];
      }
      const value = row[name];
      if (kind === "moment") return [name, toMoment(value as string | null)];
      if (kind === "switch") return [name, Boolean(value)];
      return [name, value === null || value === undefined ? "" : typeof value === "object" ? value : String(value)];
    }),
  );
}

export function content<Row extends Base, Full extends Base, Input>(kind: ContentKind<Row, Full, Input>): Content {
  const to = `/site/${kind.slug}`;
  const fields = kind.fields as unknown as AnyField[];
  const read = (row: Full): Loaded => ({
    version: row.version,
    values: { ...valuesOf(fields, row as unknown as Record<string, unknown>), ...kind.own?.(row) },
  });
  const list: ListSpec<Row> = {
    kind: "site",
    to,
    title: kind.title,
    fetch: kind.fetch,
    columns: kind.columns,
    filters: kind.filters ?? [{ name: "q", label: ["Chercher", "Search"], kind: "search" }],
    link: (row) => `${to}/${row.id}`,
    create: { to: `${to}/nouveau`, label: kind.fresh },
    rowActions: kind.reorder && ((row) => <Mover kind={kind} row={row} />),
    empty: { title: ["Rien encore.", "Nothing yet."], hint: kind.about },
  };
  const page: RecordSpec<Full> = {
    kind: "site",
    to,
    list: kind.title,
    async load(id) {
      const { node } = await ask(ContentDocument, { id });
      return node?.__typename === kind.type ? (node as unknown as Full) : null;
    },
    name: kind.name,
    fields,
    read,
    update: (id, expectedVersion, patch) => kind.update({ id, expectedVersion, patch: patch as never }),
    actions: kind.actions,
    below: kind.below,
  };
  const fresh: NewSpec<Full> = {
    kind: "site",
    to,
    list: kind.title,
    title: kind.fresh,
    hint: kind.about,
    fields,
    initial: kind.initial,
    create: (input, idempotencyKey) => kind.create({ ...input, idempotencyKey } as never),
  };
  return {
    slug: kind.slug,
    icon: kind.icon,
    title: kind.title,
    about: kind.about,
    list: list as unknown as ListSpec<Base>,
    page: page as unknown as RecordSpec<Base>,
    fresh: fresh as unknown as NewSpec<Base>,
  };
}

/** Up or down by one, in the order that visitors see. */
function Mover<Row extends Base, Full extends Base, Input>({ kind, row }: { kind: ContentKind<Row, Full, Input>; row: Row }) {
  async function move(step: number): Promise<void> {
    const ids = (await kind.fetch({ page: 1, pageSize: 100 }, {})).nodes.map((it) => it.id);
    const from = ids.indexOf(row.id);
    const to = from + step;
    if (from < 0 || to < 0 || to >= ids.length) return;
    ids.splice(to, 0, ...ids.splice(from, 1));
    checkWhole((await kind.reorder!({ ids })).userErrors);
    stale("site");
  }
  const name = kind.name(row);
  return (
    <span className="row-actions">
      <ActButton size="compact-sm" run={() => move(-1)} aria-label={said([`Monter ${name}`, `Move ${name} up`])}>
        <Icon name="up" size={16} />
      </ActButton>
      <ActButton size="compact-sm" run={() => move(1)} aria-label={said([`Descendre ${name}`, `Move ${name} down`])}>
        <Icon name="down" size={16} />
      </ActButton>
    </span>
  );
}
