// What stands before the desk: one card, and the language.

import { Group, Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Languages } from "./Languages";

export function Door({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="door">
      <Paper withBorder p="xl" radius="lg" className="door-card">
        <Stack>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Title order={1} size="h3">
              {title}
            </Title>
            <Languages />
          </Group>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}

