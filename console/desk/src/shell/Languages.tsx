import { Button } from "@mantine/core";
import { type Language, chooseLanguage } from "../../../shared/language";
import { useLanguage } from "../say";

const OTHER: Record<Language, [Language, string]> = { fr: ["en", "English"], en: ["fr", "Français"] };

export function Languages() {
  const [other, name] = OTHER[useLanguage()];
  return (
    <Button className="fixed" variant="subtle" size="compact-sm" color="var(--quiet)" lang={other} onClick={() => chooseLanguage(other)}>
      {name}
    </Button>
  );
}
