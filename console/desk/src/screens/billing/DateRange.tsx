import { Group, TextInput } from "@mantine/core";
import { useSay } from "../../say";

/** From when until when: kept in what is given, which the one who asks reads when it is confirmed. */
export function DateRange({ range }: { range: { from: string; until: string } }) {
  const say = useSay();
  return (
    <Group grow>
      <TextInput
        type="date"
        label={say(["Du", "From"])}
        defaultValue={range.from}
        onChange={(event) => {
          range.from = event.currentTarget.value;
        }}
      />
      <TextInput
        type="date"
        label={say(["Au", "Until"])}
        defaultValue={range.until}
        onChange={(event) => {
          range.until = event.currentTarget.value;
        }}
      />
    </Group>
  );
}
