//! Which properties of a body are blocks in JSON syntax.

/// The kind of body that properties stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The top of a file.
    Top,
    /// `terraform`.
    Terraform,
    /// `backend` and `cloud`.
    Backend,
    /// `variable`: its values are constants, `${` in them is text.
    Variable,
    /// `output`.
    Output,
    /// `check`.
    Check,
    /// `resource`, `data`, `ephemeral`, `removed`.
    Resource,
    /// `lifecycle`.
    Lifecycle,
    /// `provisioner`.
    Provisioner,
    /// `dynamic`.
    Dynamic,
    /// A body that a provider defines: `provider`, `content`, what holds a `dynamic`.
    Provider,
    /// Attributes only.
    Plain,
}

impl Place {
    /// For a property that is a block here: how many labels it has and what its body is.
    pub(super) fn block(
        self,
        name: &str,
        has_dynamic: impl Fn() -> bool,
    ) -> Option<(usize, Place)> {
        Some(match (self, name) {
            (Place::Top, _) => return top(name),
            (Place::Terraform, "backend") => (1, Place::Backend),
            (Place::Terraform, "cloud") => (0, Place::Backend),
            (Place::Terraform, "required_providers") => (0, Place::Plain),
            (Place::Terraform, "provider_meta") => (1, Place::Plain),
            (Place::Terraform, "encryption") => (0, Place::Plain),
            (Place::Backend, "workspaces") => (0, Place::Plain),
            (Place::Variable, "validation") => (0, Place::Plain),
            (Place::Output | Place::Lifecycle, "precondition" | "postcondition") => {
                (0, Place::Plain)
            }
            (Place::Check, "data") => (2, Place::Resource),
            (Place::Check, "assert") => (0, Place::Plain),
            (Place::Resource, "lifecycle") => (0, Place::Lifecycle),
            (Place::Resource, "provisioner") => (1, Place::Provisioner),
            (Place::Resource | Place::Provisioner, "connection") => (0, Place::Plain),
            (Place::Resource | Place::Provider, "dynamic") => (1, Place::Dynamic),
            (Place::Dynamic, "content") => (0, Place::Provider),
            (Place::Resource | Place::Provider, _) if has_dynamic() => (0, Place::Provider),
            _ => return None,
        })
    }

    /// Whether strings are taken as they stand, `${` and all.
    pub(super) fn is_literal(self) -> bool {
        self == Place::Variable
    }
}

fn top(name: &str) -> Option<(usize, Place)> {
    Some(match name {
        "terraform" => (0, Place::Terraform),
        "provider" => (1, Place::Provider),
        "variable" => (1, Place::Variable),
        "output" => (1, Place::Output),
        "locals" | "moved" | "import" => (0, Place::Plain),
        "removed" => (0, Place::Resource),
        "module" => (1, Place::Plain),
        "resource" | "data" | "ephemeral" => (2, Place::Resource),
        "check" => (1, Place::Check),
        _ => return None,
    })
}
