//! What the company does, one folder a feature.

pub mod media;
