// What scripts/bench asks, with the answers that Belle House gives: hand-written SQL over its tables, one statement a level,
// levels that don't need each other at once, each prepared by name. It keeps nothing, checks no signature of a token, and a
// posted update is one row.

import { createHmac, randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { createPubSub, createSchema } from "graphql-yoga";
import { decode, encode } from "./ids.mjs";

const BASE = process.env.PUBLIC_URL ?? "http://127.0.0.1";
const KEY = "the peer's own key";
const HALF_DAY = 12 * 60 * 60;

const typeDefs = /* GraphQL */ `
  type Query {
    portfolio(first: Int!): PortfolioItemConnection!
    portfolioItem(slug: String!): PortfolioItem
    project(id: ID!): Project
  }
  type Mutation {
    createProjectUpdate(input: CreateProjectUpdateInput!): CreateProjectUpdatePayload!
  }
  type Subscription {
    viewerEvents(projectId: ID): ProjectUpdatePosted!
  }
  type PortfolioItemConnection { nodes: [PortfolioItem!]! totalCount: Int! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! }
  type PortfolioItem {
    id: ID! slug: String! title: String! description: String! category: String! city: String country: String year: Int
    mainImage: Image gallery: [PortfolioGalleryImage!]! videos: [PortfolioVideo!]!
  }
  type PortfolioGalleryImage { image: Image! }
  type PortfolioVideo { title: String embedUrl: String! }
  type Image { width: Int! height: Int! thumbHash: String! url(width: Int): String! }
  type Project {
    id: ID! name: String! progressPercentage: Int! currentPhase: String!
    totalQuote: Money! amountPaid: Money! balance: Money!
    updates(first: Int!): ProjectUpdateConnection! invoices(first: Int!): InvoiceConnection!
  }
  type Money { amount: String! }
  type ProjectUpdateConnection { nodes: [ProjectUpdate!]! totalCount: Int! }
  type ProjectUpdate { id: ID! title: String! description: String postedAt: String images: [Image!]! }
  type InvoiceConnection { nodes: [Invoice!]! }
  type Invoice { number: String status: String! dueDate: String totalTtc: Money! balance: Money! }
  input CreateProjectUpdateInput {
    projectId: ID! title: String! description: String post: Boolean idempotencyKey: String
  }
  type CreateProjectUpdatePayload { projectUpdate: ProjectUpdate userErrors: [UserError!]! }
  type UserError { code: String! message: String! field: [String!] }
  type ProjectUpdatePosted { occurredAt: String! projectUpdate: ProjectUpdate! }
`;

const ITEM = `i.id, i.slug, i.title, i.description, i.category, i.city, i.country, i.year,
  m.id AS image_id, m.width, m.height, m.thumb_hash, m.renditions`;
const SHOWN = "i.is_published AND i.published_at <= now() AND i.deleted_at IS NULL";

// To the microsecond, which a Date can't hold.
const POSTED_AT = `to_char(posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS posted_at`;

const STATEMENTS = {
  list: `SELECT ${ITEM} FROM portfolio_items i LEFT JOIN images m ON m.id = i.main_image_id
    WHERE ${SHOWN} ORDER BY i.published_at DESC, i.id DESC LIMIT $1`,
  count: `SELECT count(*)::int AS count FROM portfolio_items i WHERE ${SHOWN}`,
  item: `SELECT ${ITEM} FROM portfolio_items i LEFT JOIN images m ON m.id = i.main_image_id WHERE i.slug = $1 AND ${SHOWN}`,
  galleries: `SELECT g.portfolio_item_id AS parent, m.id AS image_id, m.width, m.height, m.thumb_hash, m.renditions
    FROM portfolio_gallery_images g JOIN images m ON m.id = g.image_id
    WHERE g.portfolio_item_id = ANY($1::uuid[]) AND g.deleted_at IS NULL ORDER BY g.position`,
  videos: `SELECT v.portfolio_item_id AS parent, v.title, v.url FROM portfolio_videos v
    WHERE v.portfolio_item_id = ANY($1::uuid[]) AND v.deleted_at IS NULL ORDER BY v.position`,
  // Whose session it is, and whether it still runs, is asked with the project.
  project: `SELECT p.id, p.name, p.progress_percentage, p.current_phase, p.total_quote,
      (SELECT coalesce(sum(y.amount), 0) FROM payments y WHERE y.project_id = p.id AND y.voided_at IS NULL)::bigint AS paid
    FROM projects p JOIN clients c ON c.id = p.client_id JOIN accounts a ON a.id = c.account_id
      JOIN sessions s ON s.account_id = a.id
    WHERE p.id = $1 AND s.id = $2 AND s.revoked_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL
      AND p.deleted_at IS NULL AND c.deleted_at IS NULL AND a.deleted_at IS NULL`,
  updates: `SELECT u.id, u.title, u.description, ${POSTED_AT} FROM project_updates u
    WHERE u.project_id = $1 AND u.posted_at IS NOT NULL AND u.deleted_at IS NULL ORDER BY u.posted_at DESC, u.id DESC LIMIT $2`,
  updateCount: `SELECT count(*)::int AS count FROM project_updates u
    WHERE u.project_id = $1 AND u.posted_at IS NOT NULL AND u.deleted_at IS NULL`,
  pictures: `SELECT p.update_id AS parent, m.id AS image_id, m.width, m.height, m.thumb_hash, m.renditions
    FROM project_update_images p JOIN images m ON m.id = p.image_id WHERE p.update_id = ANY($1::uuid[]) ORDER BY p.position`,
  invoices: `SELECT i.number, i.kind, i.state, i.due_date::text, i.total_ttc, i.net_to_pay
      - (SELECT coalesce(sum(y.amount), 0) FROM payments y WHERE y.invoice_id = i.id AND y.voided_at IS NULL)::bigint
      - (SELECT coalesce(sum(c.total_ttc), 0) FROM invoices c WHERE c.credited_invoice_id = i.id AND c.state = 'ISSUED')::bigint
      AS balance
    FROM invoices i WHERE i.project_id = $1 AND i.state <> 'DRAFT' AND i.deleted_at IS NULL
    ORDER BY i.created_at DESC, i.id DESC LIMIT $2`,
  post: `INSERT INTO project_updates (id, version, created_at, updated_at, project_id, title, description, posted_at, search_text)
    VALUES ($1, 1, now(), now(), $2, $3, $4, now(), lower($3)) RETURNING id, title, description, ${POSTED_AT}`,
};

const eventTarget = new EventTarget();
// Thousands may watch one project.
setMaxListeners(0, eventTarget);
const pubSub = createPubSub({ eventTarget });
const money = (hundredths) => ({ amount: String(Number(hundredths) / 100) });

/** The session named in a token whose signature nobody checks here. */
function sessionOf(token) {
  if (!token?.startsWith("Bearer ")) return null;
  const { sid } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return decode("ses", sid);
}

const image = (row, session) => (row.image_id ? { ...row, session } : null);

function byParent(rows) {
  const lists = new Map();
  for (const row of rows) {
    const list = lists.get(row.parent);
    if (list) list.push(row);
    else lists.set(row.parent, [row]);
  }
  return (id) => lists.get(id) ?? [];
}

export function schemaOver(pool) {
  const ask = async (name, values) => (await pool.query({ name, text: STATEMENTS[name], values })).rows;

  async function withChildren(items) {
    const ids = items.map((item) => item.id);
    const [galleries, videos] = await Promise.all([ask("galleries", [ids]), ask("videos", [ids])]);
    const [galleryOf, videosOf] = [byParent(galleries), byParent(videos)];
    return items.map((item) => ({
      ...item,
      id: encode("pfi", item.id),
      mainImage: image(item),
      gallery: galleryOf(item.id).map((row) => ({ image: image(row) })),
      videos: videosOf(item.id),
    }));
  }

  const update = (row, images = []) => ({
    id: encode("upd", row.id), title: row.title, description: row.description, postedAt: row.posted_at, images,
  });

  const resolvers = {
    Query: {
      portfolio: async (_, { first }) => {
        const [items, [{ count }]] = await Promise.all([ask("list", [first + 1]), ask("count", [])]);
        const nodes = await withChildren(items.slice(0, first));
        return { nodes, totalCount: count, pageInfo: { hasNextPage: items.length > first } };
      },
      portfolioItem: async (_, { slug }) => (await withChildren(await ask("item", [slug])))[0] ?? null,
      project: async (_, { id }, { request }) => {
        const session = sessionOf(request.headers.get("authorization"));
        const [row] = session ? await ask("project", [decode("prj", id), session]) : [];
        if (!row) return null;
        return {
          id, uuid: row.id, session, name: row.name, progressPercentage: row.progress_percentage, currentPhase: row.current_phase,
          totalQuote: money(row.total_quote), amountPaid: money(row.paid), balance: money(row.total_quote - row.paid),
        };
      },
    },
    Project: {
      updates: async ({ uuid, session }, { first }) => {
        const [rows, [{ count }]] = await Promise.all([ask("updates", [uuid, first]), ask("updateCount", [uuid])]);
        const picturesOf = byParent(await ask("pictures", [rows.map((row) => row.id)]));
        return {
          nodes: rows.map((row) => update(row, picturesOf(row.id).map((picture) => image(picture, session)))),
          totalCount: count,
        };
      },
      invoices: async ({ uuid }, { first }) => {
        const today = new Date().toISOString().slice(0, 10);
        const nodes = (await ask("invoices", [uuid, first])).map((row) => ({
          number: row.number, dueDate: row.due_date, totalTtc: money(row.total_ttc), balance: money(row.balance),
          status: row.state === "CANCELLED" ? "CANCELLED"
            : row.kind === "CREDIT_NOTE" ? "SENT"
            : row.balance <= 0 ? "PAID"
            : row.due_date && row.due_date < today ? "OVERDUE" : "SENT",
        }));
        return { nodes };
      },
    },
    Image: {
      thumbHash: (row) => row.thumb_hash,
      url: (row, { width }) => {
        const webp = row.renditions.filter((rendition) => rendition.format === "webp");
        const wide = webp.filter((rendition) => width && rendition.width >= width);
        const chosen = wide.length
          ? wide.reduce((best, next) => (next.width < best.width ? next : best))
          : webp.reduce((best, next) => (next.width > best.width ? next : best));
        const folder = `/media/${encode("img", row.image_id)}`;
        if (!row.session) return `${BASE}${folder}/${chosen.width}-${chosen.hash}.${chosen.format}`;
        const path = `${folder}/${chosen.width}.${chosen.format}`;
        const expires = (Math.floor(Date.now() / 1000 / HALF_DAY) + 2) * HALF_DAY;
        const audience = encode("ses", row.session);
        const signature = createHmac("sha256", KEY).update(`${path}|${audience}|${expires}`).digest("base64url");
        return `${BASE}${path}?audience=${audience}&expires=${expires}&signature=${signature}`;
      },
    },
    PortfolioVideo: {
      embedUrl: ({ url }) => `https://www.youtube-nocookie.com/embed/${new URL(url).searchParams.get("v")}`,
    },
    Mutation: {
      createProjectUpdate: async (_, { input }) => {
        const project = decode("prj", input.projectId);
        const [row] = await ask("post", [randomUUID(), project, input.title, input.description ?? null]);
        const posted = update(row);
        pubSub.publish("posted", input.projectId, { occurredAt: posted.postedAt, projectUpdate: posted });
        return { projectUpdate: posted, userErrors: [] };
      },
    },
    Subscription: {
      viewerEvents: {
        subscribe: (_, { projectId }) => pubSub.subscribe("posted", projectId),
        resolve: (event) => event,
      },
    },
  };
  return createSchema({ typeDefs, resolvers });
}
