//! The website's content: portfolio, services, partners, testimonials, blog, frequently asked questions, and the promotions in the clients' app.
//! An item of the portfolio is marketing and never linked to a client; a contract is a project, another thing entirely.

mod article_html;
pub mod commands;
pub mod graphql;
mod images;
pub mod kinds;
mod model;
pub mod queries;
mod records;
mod sweep;
pub mod tables;

pub use article_html::render_missing as render_missing_articles;
pub use images::ContentImages;
pub use model::Category;
pub use sweep::sweep_bins;
pub use tables::portfolio_item::{
    Column as PortfolioItemColumn, Entity as PortfolioItems, Model as PortfolioItem,
};

use platform::typed_id;

typed_id!(
    /// A design or finished building of the portfolio.
    PortfolioItemId, "pfi", "portfolio item"
);
typed_id!(
    /// A picture of an item's gallery.
    GalleryImageId, "pgi", "gallery image"
);
typed_id!(
    /// A video of an item.
    VideoId, "pvd", "portfolio video"
);
typed_id!(
    /// A service.
    ServiceId, "svc", "service"
);
typed_id!(
    /// A partner.
    PartnerId, "ptn", "partner"
);
typed_id!(
    /// A testimonial.
    TestimonialId, "tst", "testimonial"
);
typed_id!(
    /// An article of the blog.
    BlogPostId, "pst", "blog post"
);
typed_id!(
    /// A frequently asked question with its answer.
    FaqId, "faq", "frequently asked question"
);
typed_id!(
    /// A banner in the clients' app.
    PromotionId, "prm", "promotion"
);
