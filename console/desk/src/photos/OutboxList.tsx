// What waits to be published, how far it is, and what a person has to decide.

import { Alert, Button, Group, Paper, Progress, Stack, Text as Words, Title } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { said, useSay } from "../say";
import { confirm } from "../ui/confirm";
import { usePerson } from "../useSession";
import { retry } from "./flush";
import { type Item, currentItems, onItems, remove } from "./outbox";

export function OutboxList() {
  const say = useSay();
  const items = useSyncExternalStore(onItems, currentItems);
  if (items.length === 0) return null;
  return (
    <Stack component="section" gap="sm" aria-label={say(["En attente", "Waiting"])}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {say(["En attente", "Waiting"])}
        </Title>
        <Button variant="subtle" size="compact-md" onClick={() => void retry()}>
          {say(["Réessayer maintenant", "Try again now"])}
        </Button>
      </Group>
      {items.map((item) => (
        <Waiting key={item.id} item={item} />
      ))}
    </Stack>
  );
}

function Waiting({ item }: { item: Item }) {
  const say = useSay();
  const person = usePerson();
  const sent = item.photos.filter((photo) => photo.upload?.sent).length;
  const mine = person?.id === item.owner;
  return (
    <Paper withBorder p="sm" data-outbox={item.refused ? "refused" : "waiting"}>
      <Stack gap="xs">
        <div>
          <Words fw={600}>{item.title}</Words>
          <Words size="sm" c="var(--quiet)">
            {item.projectName} · {say([`${sent} photo(s) sur ${item.photos.length} envoyée(s)`, `${sent} of ${item.photos.length} photo(s) sent`])}
          </Words>
        </div>
        <Progress value={item.photos.length ? (100 * sent) / item.photos.length : 100} aria-label={say(["Photos envoyées", "Photos sent"])} />
        {!mine && (
          <Words size="sm">
            {say(["Une autre personne l’a pris : il part quand elle se connecte ici.", "Somebody else took it: it goes when they sign in here."])}
          </Words>
        )}
        {item.refused && (
          <Alert color="red" role="alert">
            {item.refused}
          </Alert>
        )}
        <Group gap="xs">
          {item.refused && mine && (
            <Button size="compact-md" onClick={() => void retry(item.id)}>
              {say(["Réessayer", "Try again"])}
            </Button>
          )}
          <Button
            size="compact-md"
            variant="subtle"
            color="var(--danger)"
            onClick={() =>
              confirm({
                title: ["Jeter cette publication ?", "Throw this away?"],
                body: said([
                  "Ses photos sont effacées de cet appareil et rien n’est publié. C’est irréversible.",
                  "Its photos are erased from this device and nothing is published. This can’t be undone.",
                ]),
                action: ["Jeter", "Throw away"],
                danger: true,
                run: () => remove(item.id),
              })
            }
          >
            {say(["Jeter", "Throw away"])}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
