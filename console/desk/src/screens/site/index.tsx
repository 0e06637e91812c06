// «Site web»: every kind of content by its declaration.

import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { NewPage, RecordPage } from "../../edit/record";
import { ListScreen } from "../../list/ListScreen";
import { useSay } from "../../say";
import { Go } from "../../ui/Go";
import { Icon } from "../../ui/icons";
import { Nowhere } from "../../ui/Nowhere";
import { Screen } from "../../ui/Screen";
import { articles } from "./articles";
import type { Content } from "./content";
import { portfolio } from "./portfolio";
import { faqs, partners, promotions, services, testimonials } from "./small";

const KINDS: Content[] = [portfolio, articles, services, partners, testimonials, faqs, promotions];

export function SiteHome() {
  const say = useSay();
  return (
    <Screen title={say(["Site web", "Website"])}>
      <div className="today">
        {KINDS.map((kind) => (
          <Go key={kind.slug} to={`/site/${kind.slug}`} className="today-card plain">
            <span className="today-head">
              <Icon name={kind.icon} />
              <h2>{say(kind.title)}</h2>
            </span>
            <span className="quiet">{say(kind.about)}</span>
          </Go>
        ))}
      </div>
    </Screen>
  );
}

/** Another kind is another screen, which keeps nothing of the one before. */
function Chosen({ children }: { children: (kind: Content) => ReactNode }) {
  const { kind } = useParams({ strict: false }) as { kind?: string };
  const chosen = KINDS.find((it) => it.slug === kind);
  return chosen ? <div key={chosen.slug}>{children(chosen)}</div> : <Nowhere />;
}

export const SiteList = () => <Chosen>{(kind) => <ListScreen spec={kind.list} />}</Chosen>;
export const SiteNew = () => <Chosen>{(kind) => <NewPage spec={kind.fresh} />}</Chosen>;
export const SitePage = () => <Chosen>{(kind) => <RecordPage spec={kind.page} />}</Chosen>;
