import { Badge } from "@mantine/core";
import { local, moment } from "../../format";
import type { UpdateRowFragment } from "../../gql/graphql";
import { useSay } from "../../say";
import { Go } from "../../ui/Go";

/** News from a site, with what the client sees of it. */
export function UpdateCards({ updates }: { updates: UpdateRowFragment[] }) {
  const say = useSay();
  if (updates.length === 0) return <p className="quiet">{say(["Pas encore d’actualité.", "No news yet."])}</p>;
  return (
    <ul className="cards">
      {updates.map((update) => (
        <li key={update.id}>
          <div className="card-head">
            <Go to={`/actualites/${update.id}`} className="row-link">
              {update.title}
            </Go>
            {update.isDraft && (
              <Badge variant="outline" color="gray.7" tt="none">
                {say(["Brouillon", "Draft"])}
              </Badge>
            )}
          </div>
          <p className="quiet">
            {[moment(update.postedAt ?? update.createdAt), update.createdBy?.name].filter(Boolean).join(" · ")}
          </p>
          {update.images.length > 0 && (
            <div className="strip">
              {update.images.slice(0, 6).map((image) => (
                <img key={image.id} src={local(image.url)} alt={image.alt ?? ""} loading="lazy" />
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
