//! Decisive cases, checked against Terraform 1.11.
