//! Settings of the dashboard that are made on its pages.

pub mod mail;
pub mod sign_in;
