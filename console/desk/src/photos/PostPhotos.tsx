// «Poster des photos»: the phone's home. Nothing here waits for the network but the list of sites.

import { Button, NativeSelect, TextInput, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { ask } from "../api/ask";
import { SitesDocument } from "../gql/graphql";
import { said, useSay } from "../say";
import { Screen } from "../ui/Screen";
import { Loading, Problem } from "../ui/states";
import { toast } from "../ui/toasts";
import { usePerson } from "../useSession";
import { flush } from "./flush";
import { OutboxList } from "./OutboxList";
import { type Draft, add } from "./outbox";
import { PhotoPicker } from "./PhotoPicker";
import { emptyDraft, useDraft } from "./useDraft";

export function PostPhotos() {
  const say = useSay();
  const person = usePerson();
  return (
    <Screen title={say(["Poster des photos", "Post photos"])}>
      <div className="narrow stack">
        {person && <Form owner={person.id} />}
        <OutboxList />
      </div>
    </Screen>
  );
}

type Mistakes = Partial<Record<"site" | "photos" | "title", string>>;

function Form({ owner }: { owner: string }) {
  const say = useSay();
  const [draft, change] = useDraft(owner);
  // Kept for as long as the tab lives: there may be no connection when the next photo is taken.
  const sites = useQuery({ queryKey: ["projects", "sites"], queryFn: () => ask(SitesDocument, {}), gcTime: Number.POSITIVE_INFINITY });
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const site = useRef<HTMLSelectElement>(null);
  const title = useRef<HTMLInputElement>(null);
  if (!draft) return <Loading rows={4} />;
  if (sites.isError && !sites.data) return <Problem error={sites.error} retry={() => void sites.refetch()} />;
  const projects = sites.data?.projects.nodes ?? [];
  const project = projects.find((it) => it.id === draft.projectId);

  /** What is being mended is no longer held against anybody. */
  function edit(part: Partial<Draft>, mended: keyof Mistakes | null = null): void {
    if (mended) setMistakes((before) => ({ ...before, [mended]: undefined }));
    // Should the device be full, what is typed is still on the screen; «Publier» says so.
    change((it) => ({ ...it, ...part })).catch(() => {});
  }

  async function publish(event: FormEvent) {
    event.preventDefault();
    if (!draft) return;
    const found: Mistakes = {};
    if (!project) found.site = said(["Choisissez le chantier.", "Choose the site."]);
    if (draft.photos.length === 0) found.photos = said(["Ajoutez au moins une photo.", "Add at least one photo."]);
    if (!draft.title.trim()) found.title = said(["Dites en quelques mots ce qu’on voit.", "Say in a few words what one sees."]);
    setMistakes(found);
    if (found.site) return site.current?.focus();
    if (found.photos) return;
    if (found.title) return title.current?.focus();
    const item = {
      ...draft,
      createdAt: Date.now(),
      projectName: project!.name,
      title: draft.title.trim(),
      description: draft.description.trim(),
    };
    try {
      await add(item);
    } catch {
      return setMistakes({
        photos: said([
          "L’appareil n’a plus de place pour garder ces photos : libérez-en, puis publiez à nouveau.",
          "The device has no room left to keep these photos: free some, then publish again.",
        ]),
      });
    }
    await change(() => emptyDraft(owner, draft.projectId));
    toast(said(["C’est en route. Vous pouvez ranger le téléphone.", "It’s on its way. You can put the phone away."]));
    void flush();
  }

  return (
    <form onSubmit={(event) => void publish(event)} noValidate className="stack">
      <NativeSelect
        ref={site}
        size="lg"
        label={say(["Chantier", "Site"])}
        error={mistakes.site}
        value={project ? draft.projectId : ""}
        onChange={(event) => edit({ projectId: event.target.value }, "site")}
        data={[
          { value: "", label: sites.isPending ? say(["Chargement…", "Loading…"]) : say(["Choisir…", "Choose…"]) },
          ...projects.map((it) => ({ value: it.id, label: `${it.name} (${it.client.name})` })),
        ]}
      />
      <PhotoPicker
        photos={draft.photos}
        change={(next) => {
          setMistakes((before) => ({ ...before, photos: undefined }));
          return change((it) => ({ ...it, photos: next(it.photos) }));
        }}
        problem={mistakes.photos}
      />
      <TextInput
        ref={title}
        size="lg"
        label={say(["Titre", "Title"])}
        placeholder={say(["Coulage de la dalle", "Pouring the slab"])}
        maxLength={200}
        error={mistakes.title}
        value={draft.title}
        onChange={(event) => edit({ title: event.target.value }, "title")}
      />
      <Textarea
        label={say(["Détails (facultatif)", "Details (optional)"])}
        rows={3}
        maxLength={10_000}
        value={draft.description}
        onChange={(event) => edit({ description: event.target.value })}
      />
      <div className="publish">
        <Button type="submit" size="lg" fullWidth>
          {say(["Publier", "Publish"])}
        </Button>
      </div>
    </form>
  );
}
