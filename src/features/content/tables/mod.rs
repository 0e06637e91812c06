//! The tables of the content.

pub mod blog_post;
pub mod faq;
pub mod gallery_image;
pub mod partner;
pub mod portfolio_item;
pub mod promotion;
pub mod retired_slug;
pub mod service;
pub mod testimonial;
pub mod video;
