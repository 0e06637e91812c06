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
