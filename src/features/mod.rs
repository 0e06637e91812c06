//! What the company does, one folder a feature.

pub mod accounts;
pub mod backups;
pub mod billing;
pub mod clients;
pub mod content;
pub mod dashboard;
pub mod deliveries;
pub mod devices;
pub mod feed;
pub mod leads;
pub mod media;
pub mod notifications;
pub mod preferences;
pub mod privacy;
pub mod projects;
pub mod records;
pub mod staff;
