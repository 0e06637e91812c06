//! How projects and updates look in the API.

pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use inputs::{ProjectFilterInput, ProjectOrderInput};
pub use loaders::{ProjectLoader, UpdateImagesLoader};
pub use mutation::ProjectsMutation;
pub use query::{ProjectsQuery, project_connection, projects_of_client};
pub use types::{GqlProject, GqlProjectUpdate};

use super::{ProjectUpdates, Projects};
use platform::graphql::RecordType;

/// The kinds of records of this feature.
pub const RECORDS: &[RecordType] = &[
    RecordType::of::<Projects, GqlProject>(),
    RecordType::of::<ProjectUpdates, GqlProjectUpdate>(),
];
