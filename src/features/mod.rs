//! What the company does, one folder a feature.
