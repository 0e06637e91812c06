// What stands where something is not there: yet, at all, or because it went wrong.

import { Alert, Button, Skeleton, Stack, Text as Words, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Refused } from "../../../shared/session";
import { useSay } from "../say";

export function Loading({ rows = 6 }: { rows?: number }) {
  const say = useSay();
  return (
    <Stack gap="sm" aria-busy="true" aria-label={say(["Chargement", "Loading"])} role="status">
      {Array.from({ length: rows }, (_, n) => (
        <Skeleton key={n} height={44} radius="md" />
      ))}
    </Stack>
  );
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const say = useSay();
  return (
    <Alert color="red" role="alert" title={say(["Cela n’a pas marché", "That didn’t work"])}>
      <Stack gap="sm" align="flex-start">
        <span>{error instanceof Refused ? error.message : String(error)}</span>
        {retry && (
          <Button variant="default" size="sm" onClick={retry}>
            {say(["Réessayer", "Try again"])}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Nothing here: says what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Title order={2} size="h4">
        {title}
      </Title>
      {typeof children === "string" ? <Words>{children}</Words> : children}
    </div>
  );
}
