//! The tables of billing.

pub mod company;
pub mod invoice;
pub mod item;
pub mod lost_number;
pub mod notice;
pub mod payment;
pub mod run;
pub mod series;
