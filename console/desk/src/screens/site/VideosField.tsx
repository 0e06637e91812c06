import { ActionIcon, Button, Group, TextInput, Title } from "@mantine/core";
import type { FieldProps } from "../../edit/types";
import type { PortfolioVideoInput } from "../../gql/graphql";
import { useSay } from "../../say";
import { Icon } from "../../ui/icons";

export interface Video {
  id?: string;
  url: string;
  title: string;
}

export const toVideos = (videos: Video[]): PortfolioVideoInput[] =>
  videos.filter((it) => it.url.trim()).map(({ id, url, title }) => ({ ...(id ? { id } : {}), url: url.trim(), title: title.trim() || null }));

export function VideosField({ value, change, mistakes, disabled }: FieldProps) {
  const say = useSay();
  const videos = (value as Video[] | undefined) ?? [];
  const set = (at: number, part: Partial<Video>) => change(videos.map((it, n) => (n === at ? { ...it, ...part } : it)));
  return (
    <section className="stack" aria-label={say(["Vidéos", "Videos"])}>
      <Title order={2} size="h4">
        {say(["Vidéos", "Videos"])}
      </Title>
      {videos.map((video, at) => (
        <Group key={at} align="flex-start" wrap="nowrap">
          <TextInput
            className="grow"
            size="sm"
            type="url"
            placeholder="https://www.youtube.com/watch?v=…"
            aria-label={say([`Adresse de la vidéo ${at + 1}`, `Address of video ${at + 1}`])}
            error={mistakes[`${at}.url`] ?? mistakes[String(at)]}
            disabled={disabled}
            value={video.url}
            onChange={(event) => set(at, { url: event.currentTarget.value })}
          />
          <TextInput
            className="grow"
            size="sm"
            placeholder={say(["Titre", "Title"])}
            aria-label={say([`Titre de la vidéo ${at + 1}`, `Title of video ${at + 1}`])}
            error={mistakes[`${at}.title`]}
            disabled={disabled}
            value={video.title}
            onChange={(event) => set(at, { title: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="var(--danger)"
            size="lg"
            aria-label={say([`Retirer la vidéo ${at + 1}`, `Remove video ${at + 1}`])}
            onClick={() => change(videos.filter((_, n) => n !== at))}
          >
            <Icon name="close" size={18} />
          </ActionIcon>
        </Group>
      ))}
      <Button className="start" variant="default" onClick={() => change([...videos, { url: "", title: "" }])}>
        {say(["Ajouter une vidéo", "Add a video"])}
      </Button>
    </section>
  );
}
