// A screen's head: where one is, the way back to the list as it was left, what can be done here.

import { Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useSay } from "../say";
import { keptFilters } from "../shell/places";
import { Go } from "./Go";
import { Icon } from "./icons";

interface ScreenProps {
  title: string;
  /** The list that this belongs to. */
  back?: { to: string; label: string };
  badge?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Screen({ title, back, badge, actions, children }: ScreenProps) {
  const say = useSay();
  useEffect(() => {
    document.title = `${title} · Belle House`;
  }, [title]);
  return (
    <div className="screen">
      {back && (
        <Go to={back.to} search={keptFilters(back.to)} className="back" aria-label={`${say(["Retour :", "Back:"])} ${back.label}`}>
          <Icon name="left" size={18} />
          {back.label}
        </Go>
      )}
      <Group justify="space-between" gap="sm" className="head">
        <Group gap="sm">
          <Title order={1} size="h2">
            {title}
          </Title>
          {badge}
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </div>
  );
}
