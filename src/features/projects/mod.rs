//! Contracts with clients and what happens on their sites. A project here is a signed contract, visible to its
//! client alone; a portfolio item, which is marketing, is another thing entirely.

pub mod commands;
pub mod events;
pub mod graphql;

mod images;
mod model;
mod parents;
mod queries;
mod records;
mod sweep;
mod tables;

pub use images::ProjectImages;
pub use model::{Phase, schedule_is_ordered};
pub use parents::{
    BelowProject, ProjectBelow, lock_below_project_in_tx, lock_clients_in_tx, lock_living_client_in_tx,
    lock_project_below_clients_in_tx, lock_project_in_tx, lock_projects_of_in_tx,
};
pub use queries::{
    PostedUpdate, ProjectFilter, ProjectOrder, UpdateFilter, UpdateOrder, images_of_updates, projects_by_ids,
    select_projects, select_updates, select_without_news, updates_with_all,
};
pub use records::ProjectHolds;
pub use sweep::sweep_bins;
pub use tables::{
    project::{Column as ProjectColumn, Entity as Projects, Model as Project},
    update::{Column as UpdateColumn, Entity as ProjectUpdates, Model as ProjectUpdate},
    update_image::{Column as UpdateImageColumn, Entity as UpdateImages},
};

use platform::typed_id;

/// A step (`platform::holds`): the project would go to another client.
pub const MOVES: &str = "a project moves";
/// A step (`platform::holds`): the project's currency would change.
pub const CURRENCY_CHANGES: &str = "a project's currency changes";

typed_id!(
    /// A contract.
    ProjectId, "prj", "project"
);
typed_id!(
    /// A progress update.
    ProjectUpdateId, "upd", "project update"
);
