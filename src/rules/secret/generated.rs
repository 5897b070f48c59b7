//! Secrets that other resources make, by reference: a generated password, the secret of an access key.
//!
//! Nothing of them stands in the configuration, but where they are handed to the environment of a function or the first
//! script of a machine, whoever may read the description of that function or machine reads them.

use super::{Found, Secret};
use crate::catalog::Catalog;
use crate::catalog::case::is_snake_of;
use crate::eval::{Data, Piece, Reference, Value};

/// The deepest nesting that is searched.
const MAX_DEPTH: usize = 32;

/// The secrets of other resources in a value.
pub fn generated(value: &Value, catalog: &Catalog) -> Found {
    let mut found = Found::default();
    search(value, catalog, 0, &mut found);
    found
}

fn search(value: &Value, catalog: &Catalog, depth: usize, found: &mut Found) {
    if depth > MAX_DEPTH {
        return;
    }
    match &value.data {
        Data::Reference(reference) => {
            if let Some(what) = what(reference, catalog) {
                found.secrets.push(Secret {
                    value: value.clone(),
                    what: what.to_owned().into(),
                });
            } else if let Some(inner) = &reference.value {
                search(inner, catalog, depth + 1, found);
            }
        }
        Data::Template(template) => {
            let pieces = template.pieces.iter().filter_map(|piece| match piece {
                Piece::Value(value) => Some(value),
                Piece::Text(..) => None,
            });
            for piece in pieces.chain(&template.decoded) {
                search(piece, catalog, depth + 1, found);
            }
        }
        Data::List(list) => {
            for item in &list.items {
                search(item, catalog, depth + 1, found);
            }
        }
        Data::Map(map) => {
            for entry in &map.entries {
                search(&entry.value, catalog, depth + 1, found);
            }
        }
        // What is one of several may be another one; nothing is known for sure.
        Data::Unknown(_) | Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => {}
    }
}

/// What an attribute of another resource is, when it is a secret.
fn what<'c>(reference: &Reference, catalog: &'c Catalog) -> Option<&'c str> {
    let last = reference.path.last()?;
    let kind = catalog.kind_by_type(&reference.target.type_name)?;
    let mut secrets = kind.secrets.iter();
    let own = secrets.find(|(name, _)| name == last || is_snake_of(last, name))?;
    Some(&own.1)
}
