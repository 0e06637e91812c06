// Main pictures, logos and portraits that others took the place of, for as long as they are kept.

import { Text as Words } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/ask";
import { day, local, moment } from "../../format";
import { ReplacedPicturesDocument } from "../../gql/graphql";
import { useSay } from "../../say";
import { Panel } from "../../ui/Panel";

const until = (at: string) => day(at.slice(0, 10));

export function ReplacedPictures() {
  const say = useSay();
  const found = useQuery({ queryKey: ["trash", "pictures"], queryFn: () => ask(ReplacedPicturesDocument, {}) });
  const pictures = found.data?.replacedPictures.nodes ?? [];
  if (pictures.length === 0) return null;
  return (
    <Panel title={say(["Images remplacées", "Replaced pictures"])}>
      <Words size="sm" c="var(--quiet)">
        {say([
          "Pour en reprendre une : ouvrez-la, enregistrez-la et choisissez-la de nouveau.",
          "To take one back: open it, save it, and choose it again.",
        ])}
      </Words>
      <ul className="replaced">
        {pictures.map(({ uploadId, replacedAt, expiresAt, image }) => (
          <li key={uploadId}>
            <a href={local(image.large)} target="_blank" rel="noreferrer">
              <img
                src={local(image.url)}
                alt={say([
                  `Image remplacée le ${moment(replacedAt)}, gardée jusqu’au ${until(expiresAt)}`,
                  `Picture replaced on ${moment(replacedAt)}, kept until ${until(expiresAt)}`,
                ])}
                title={say([`Gardée jusqu’au ${until(expiresAt)}`, `Kept until ${until(expiresAt)}`])}
                loading="lazy"
              />
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
