import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useSay } from "../say";
import { Icon } from "../ui/icons";

/** Dark or light; as the system has it until somebody chooses. */
export function ColourSwitch() {
  const say = useSay();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <ActionIcon
      variant="subtle"
      size="lg"
      color="var(--quiet)"
      aria-label={dark ? say(["Mode clair", "Light mode"]) : say(["Mode sombre", "Dark mode"])}
      onClick={() => setColorScheme(dark ? "light" : "dark")}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </ActionIcon>
  );
}
