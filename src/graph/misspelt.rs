//! Arguments and properties that a type does not have and that look like one that it has: what they hold was not checked,
//! and what was meant looks absent.

use super::Resource;
use crate::catalog::Schema;
use crate::eval::{Data, Language, Map, Mode, Value};
use crate::source::{Code, Diagnostic, nearest};

/// The deepest nesting that is looked at.
const MAX_DEPTH: usize = 16;

/// What every block of Terraform may have beside what its type says.
const META: [&str; 9] = [
    "count",
    "for_each",
    "depends_on",
    "provider",
    "lifecycle",
    "provisioner",
    "connection",
    "timeouts",
    "dynamic",
];

/// The names in a resource that are misspelt. Only where no supported version of the provider has the name, and one that
/// differs by a slip is missing beside it: what a newer provider has is no mistake.
pub fn misspelt(resource: &Resource) -> Vec<Diagnostic> {
    let address = &resource.address;
    // The names in a plan are the provider's own.
    let planned = resource.language == Language::Terraform && address.stack.ends_with(".json");
    if resource.partial || planned || address.mode != Mode::Managed {
        return Vec::new();
    }
    let (Some(schema), Some(map)) = (Schema::of(&address.type_name), resource.body.as_map()) else {
        return Vec::new();
    };
    let mut found = Found {
        schema: &schema,
        type_name: &address.type_name,
        said: Vec::new(),
    };
    found.members(map, "", 0);
    found.said
}

struct Found<'s> {
    schema: &'s Schema,
    type_name: &'s str,
    said: Vec<Diagnostic>,
}

impl Found<'_> {
    fn members(&mut self, map: &Map, path: &str, depth: usize) {
        let names = self.schema.names(path);
        if names.is_empty() || depth > MAX_DEPTH {
            return;
        }
        for entry in &map.entries {
            let key = entry.key.as_str();
            if META.contains(&key) {
                continue;
            }
            if names.contains(&key) {
                self.inside(&entry.value, &join(path, key), depth);
                continue;
            }
            let near = nearest(key, names.iter().copied());
            let Some(near) = near.filter(|near| is_slip(key, near) && map.get(near).is_none())
            else {
                continue;
            };
            let message = format!(
                "{} has no `{}`: what it holds was not checked",
                self.type_name,
                join(path, key)
            );
            let said = Diagnostic::new(Code::Structure, entry.span, message);
            self.said.push(said.help(format!("did you mean `{near}`?")));
        }
    }

    fn inside(&mut self, value: &Value, path: &str, depth: usize) {
        match &value.data {
            Data::Map(map) => self.members(map, path, depth + 1),
            Data::List(list) => {
                for item in &list.items {
                    if let Data::Map(map) = &item.data {
                        self.members(map, path, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

fn join(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        _ => format!("{path}.{key}"),
    }
}

/// Whether one name is another with a letter too many, too few, wrong or in the wrong place; two letters in a long one. Names
/// that differ by digits name different things (`cidr_ipv4`, `cidr_ipv6`).
fn is_slip(key: &str, near: &str) -> bool {
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|letter| !letter.is_ascii_digit());
        letters.flat_map(char::to_lowercase).collect()
    };
    let (own, other) = (letters(key), letters(near));
    if own == other {
        // In another case it is no name either.
        return key.len() == near.len() && key.eq_ignore_ascii_case(near);
    }
    let most = if own.len() >= 10 { 2 } else { 1 };
    own.len() >= 4 && strsim::damerau_levenshtein(&own, &other) <= most
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn slips() {
        for (key, near) in [
            ("ingres", "ingress"),
            ("igress", "ingress"),
            ("ingerss", "ingress"),
            ("cidr_block", "cidr_blocks"),
            ("storage_encripted", "storage_encrypted"),
            ("Propertis", "Properties"),
            ("Ingress", "ingress"),
        ] {
            assert!(is_slip(key, near), "{key}");
        }
        for (key, near) in [
            ("cidr_ipv6", "cidr_ipv4"),
            ("number_cache_clusters", "num_cache_clusters"),
            ("ip", "id"),
            ("egress", "ingress"),
        ] {
            assert!(!is_slip(key, near), "{key}");
        }
    }
}
