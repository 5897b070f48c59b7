//! The arguments and properties that the types of the vocabulary have, as their providers publish them.
//!
//! The same record that the vocabulary is tested against. It is text in the program, of which a line is read when a type is
//! first asked about: starting costs nothing.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

const TERRAFORM: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/testdata/schemas/terraform.txt"
));
const CLOUDFORMATION: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/testdata/schemas/cloudformation.txt"
));

/// The names that a type has, in every supported version of its provider.
#[derive(Debug, Default)]
pub struct Schema {
    /// By the path of what they are in; empty for those of the type itself.
    names: FxHashMap<&'static str, Vec<&'static str>>,
}

impl Schema {
    /// That of a type, where it is recorded.
    pub fn of(type_name: &str) -> Option<Arc<Schema>> {
        static READ: LazyLock<RwLock<FxHashMap<String, Option<Arc<Schema>>>>> =
            LazyLock::new(RwLock::default);
        let known = READ.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(type_name) {
            return known.clone();
        }
        drop(known);
        let text = match type_name.contains("::") {
            true => CLOUDFORMATION,
            false => TERRAFORM,
        };
        let schema = line(text, type_name).map(|line| Arc::new(Schema::read(line)));
        let mut known = READ.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(type_name.to_owned(), schema.clone());
        schema
    }

    fn read(line: &'static str) -> Schema {
        let mut schema = Schema::default();
        for path in line.split(' ').skip(1) {
            let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
            schema.names.entry(parent).or_default().push(name);
        }
        schema
    }

    /// The names at a path, `a.b`; none where the type leaves them open, as it does for tags.
    pub fn names(&self, path: &str) -> &[&'static str] {
        self.names.get(path).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The line of a type in lines that are sorted by type.
fn line(text: &'static str, type_name: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let start = |at: usize| memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |before| before + 1);
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let from = start(low + (high - low) / 2);
        let end = memchr::memchr(b'\n', &bytes[from..]).map_or(text.len(), |len| from + len);
        let line = &text[from..end];
        let own = line.split(' ').next().unwrap_or_default();
        match own.cmp(type_name) {
            std::cmp::Ordering::Equal => return Some(line),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = from,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found() {
        for text in [TERRAFORM, CLOUDFORMATION] {
            for own in text.lines() {
                let name = own.split(' ').next().unwrap();
                assert_eq!(line(text, name), Some(own), "{name}");
            }
            for none in ["", "A", "aws_nothing", "zzz"] {
                assert_eq!(line(text, none), None);
            }
        }
    }

    #[test]
    fn names_by_where_they_stand() {
        let group = Schema::of("aws_security_group").unwrap();
        assert!(group.names("").contains(&"ingress"));
        assert!(group.names("ingress").contains(&"cidr_blocks"));
        assert!(group.names("tags").is_empty());
        let group = Schema::of("AWS::EC2::SecurityGroup").unwrap();
        assert!(group.names("SecurityGroupIngress").contains(&"CidrIp"));
        assert!(Schema::of("aws_nothing").is_none());
    }
}
