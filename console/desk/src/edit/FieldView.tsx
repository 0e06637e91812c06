import { NativeSelect, Switch, TextInput, Textarea } from "@mantine/core";
import { useSay } from "../say";
import { PickField } from "./PickField";
import { PictureField } from "./PictureField";
import type { AnyField, Values } from "./types";

interface Props {
  field: AnyField;
  value: unknown;
  values: Values;
  /** Of the whole form, by place. */
  mistakes: Record<string, string>;
  disabled: boolean;
  change(value: unknown): void;
}

const TYPES = { email: "email", tel: "tel", url: "url", date: "date", moment: "datetime-local" } as const;

export function FieldView({ field, value, values, mistakes, disabled, change }: Props) {
  const say = useSay();
  const { name } = field;
  const common = {
    className: field.half ? "half" : "whole",
    label: say(field.label),
    description: field.hint && say(field.hint),
    error: mistakes[name],
    withAsterisk: field.required,
    required: field.required,
    disabled,
  };
  const text = typeof value === "string" ? value : "";
  const typed = { value: text, onChange: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value) };
  switch (field.kind) {
    case "long":
    case "markdown":
      return <Textarea {...common} {...typed} autosize minRows={field.kind === "long" ? 3 : 12} maxRows={30} maxLength={field.max} />;
    case "select":
      return (
        <NativeSelect
          {...common}
          {...typed}
          data={[
            ...(field.required && text ? [] : [{ value: "", label: "–" }]),
            ...field.options.map(([option, label]) => ({ value: option, label: say(label) })),
          ]}
        />
      );
    case "switch":
      return (
        <Switch
          className={common.className}
          label={common.label}
          description={common.description}
          error={common.error}
          aria-invalid={Boolean(common.error)}
          disabled={disabled}
          checked={Boolean(value)}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case "decimal":
    case "integer":
      return <TextInput {...common} {...typed} inputMode={field.kind === "integer" ? "numeric" : "decimal"} />;
    case "pick":
      return <PickField {...common} find={field.find} value={value as never} change={change} />;
    case "picture":
      return <PictureField {...common} value={value as never} change={change} />;
    case "own": {
      const below = Object.entries(mistakes).filter(([at]) => at === name || at.startsWith(`${name}.`));
      const View = field.view;
      return (
        <div className="whole">
          <View
            value={value}
            values={values}
            change={change}
            disabled={disabled}
            mistakes={Object.fromEntries(below.map(([at, message]) => [at.slice(name.length + 1), message]))}
          />
        </div>
      );
    }
    case "date":
    case "moment":
      return <TextInput {...common} {...typed} type={TYPES[field.kind]} />;
    default:
      return <TextInput {...common} {...typed} type={field.kind === "text" ? "text" : TYPES[field.kind]} maxLength={field.max} />;
  }
}
