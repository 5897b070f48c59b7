//! The actions of AWS: which there are, at which access level, on which types of resource, under which condition keys.
//!
//! The facts stand in `table.txt` (source and date in its head; `refresh.py` writes it anew). The build script packs them;
//! each look-up reads the few bytes it needs, and nothing happens at start-up.
//!
//! Names are compared without case (IAM User Guide, "IAM JSON policy elements: Action"). A name that the table does not
//! have may be an action that is newer than the table: that it is not there proves nothing about it.

#[cfg(test)]
#[allow(unreachable_pub)]
mod pack;
mod read;

use std::sync::OnceLock;

use ecow::EcoString;

use super::pattern::matches;
use read::Cursor;

/// What an action does, after the Service Authorization Reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Shows which resources there are, not what is in them.
    List,
    /// Reads contents and attributes.
    Read,
    /// Makes, changes, deletes.
    Write,
    /// Grants or changes permissions.
    Permissions,
    /// Changes tags only.
    Tagging,
}

/// A service: the part of an action before the colon.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    number: usize,
    prefix: &'static str,
    name: &'static str,
    /// After the name.
    at: Cursor,
}

/// An action of a service.
#[derive(Debug, Clone)]
pub struct Action {
    service: Service,
    name: EcoString,
    /// The beginning of its group.
    group: Cursor,
}

/// A type of resource.
#[derive(Debug, Clone)]
pub struct ResourceType {
    /// Its name in the Service Authorization Reference: `bucket`.
    pub name: &'static str,
    /// Its ARN, with `*` for everything that varies: `arn:*:s3:::*`.
    pub arn: &'static str,
    /// The condition keys about it; one that ends in `/` goes on with the key of a tag.
    pub condition_keys: Vec<&'static str>,
    /// Whether the action always needs one; false where no action was asked about.
    pub required: bool,
}

/// The service with a prefix, in any case.
pub fn service(prefix: &str) -> Option<Service> {
    let prefix = prefix.to_ascii_lowercase();
    let (mut low, mut high) = (0, Cursor::services());
    while low < high {
        let middle = usize::midpoint(low, high);
        let found = Service::read(middle);
        match found.prefix.cmp(&prefix) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Equal => return Some(found),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// All services, by prefix.
pub fn services() -> impl Iterator<Item = Service> {
    (0..Cursor::services()).map(Service::read)
}

/// The action with a name such as `iam:PassRole`, in any case.
pub fn find(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    service(prefix)?.action(name)
}

/// The actions that a pattern (`iam:Pass*`, `*`) covers, by service and name.
pub fn expand(pattern: &str) -> impl Iterator<Item = Action> + use<> {
    // A bare `*` is every action; any other pattern names its service before the colon.
    let (prefix, name) = match pattern.split_once(':') {
        Some(parts) => parts,
        None if pattern.chars().all(|c| c == '*') && !pattern.is_empty() => ("*", "*"),
        None => ("", ""),
    };
    let one = (!prefix.contains(['*', '?'])).then(|| service(prefix));
    let many = one.is_none().then(services).into_iter().flatten();
    let prefix = prefix.to_owned();
    let name = name.to_owned();
    one.flatten()
        .into_iter()
        .chain(many.filter(move |service| matches(&prefix, service.prefix, true)))
        .flat_map(move |service| service.expand(&name))
}

impl Service {
    fn read(number: usize) -> Service {
        let mut at = Cursor::service(number);
        Service {
            number,
            prefix: at.text(),
            name: at.text(),
            at,
        }
    }

    /// `s3`.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// `Amazon S3`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its action with a name, in any case.
    pub fn action(&self, name: &str) -> Option<Action> {
        let same = |action: &&Action| action.name.eq_ignore_ascii_case(name);
        self.all().iter().find(same).cloned()
    }

    /// Its actions, by name.
    pub fn actions(&self) -> impl Iterator<Item = Action> + use<> {
        self.all().iter().cloned()
    }

    /// Its actions, read once: a pattern such as `ec2:*` stands in many policies, and rules ask of each action what it
    /// does.
    fn all(&self) -> &'static [Action] {
        static ALL: OnceLock<Vec<OnceLock<Box<[Action]>>>> = OnceLock::new();
        let all = ALL.get_or_init(|| (0..Cursor::services()).map(|_| OnceLock::new()).collect());
        all[self.number].get_or_init(|| {
            let mut at = self.groups_at();
            let groups: Vec<Cursor> = (0..at.number())
                .map(|_| {
                    let group = at;
                    at.number();
                    at.number();
                    at.skip_numbers();
                    group
                })
                .collect();
            let actions = (0..at.number()).filter_map(|_| {
                let name = at.name();
                let group = *groups.get(at.number())?;
                Some(self.named(name, group))
            });
            actions.collect()
        })
    }

    /// Its actions whose name a pattern covers.
    pub fn expand(&self, pattern: &str) -> impl Iterator<Item = Action> + use<> {
        let pattern = pattern.to_owned();
        let exact = !pattern.contains(['*', '?']);
        let one = exact.then(|| self.action(&pattern)).flatten();
        let many = (!exact).then(|| self.actions()).into_iter().flatten();
        one.into_iter()
            .chain(many.filter(move |action| matches(&pattern, &action.name, true)))
    }

    /// Its types of resource.
    pub fn resource_types(&self) -> Vec<ResourceType> {
        let mut at = self.at;
        let count = at.number();
        let types = (0..count).map(|_| ResourceType {
            name: at.text(),
            arn: at.text(),
            condition_keys: keys(&mut at),
            required: false,
        });
        types.collect()
    }

    fn named(&self, name: EcoString, group: Cursor) -> Action {
        Action {
            service: *self,
            name,
            group,
        }
    }

    fn sets_at(&self) -> Cursor {
        let mut at = self.at;
        for _ in 0..at.number() {
            at.text();
            at.text();
            at.skip_numbers();
        }
        at
    }

    fn groups_at(&self) -> Cursor {
        let mut at = self.sets_at();
        for _ in 0..at.number() {
            at.skip_numbers();
        }
        at
    }
}

impl Action {
    /// The service it belongs to.
    pub fn service(&self) -> Service {
        self.service
    }

    /// Without the service: `PassRole`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does.
    pub fn level(&self) -> Level {
        match { self.group }.number() {
            0 => Level::List,
            1 => Level::Read,
            2 => Level::Write,
            3 => Level::Permissions,
            _ => Level::Tagging,
        }
    }

    /// Whether a statement can narrow it to some resources. One that cannot takes only `"Resource": "*"`.
    pub fn can_be_narrowed(&self) -> bool {
        let mut at = self.group;
        at.number();
        at.number();
        at.number() > 0
    }

    /// The types of resource that it can be narrowed to.
    pub fn resource_types(&self) -> Vec<ResourceType> {
        let mut at = self.group;
        at.number();
        at.number();
        let all = self.service.resource_types();
        let count = at.number();
        let numbers = (0..count).map(|_| at.number());
        let types = numbers.filter_map(|number| {
            let mut one = all.get(number / 2)?.clone();
            one.required = number % 2 == 1;
            Some(one)
        });
        types.collect()
    }

    /// The condition keys that requests for it carry besides the global ones; one that ends in `/` goes on with the key
    /// of a tag. Sorted.
    pub fn condition_keys(&self) -> Vec<&'static str> {
        let mut group = self.group;
        group.number();
        let set = group.number();
        let mut at = self.service.sets_at();
        at.number();
        for _ in 0..set {
            at.skip_numbers();
        }
        let mut all = keys(&mut at);
        for own in self.resource_types() {
            all.extend(own.condition_keys);
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.service.prefix, self.name)
    }
}

fn keys(at: &mut Cursor) -> Vec<&'static str> {
    (0..at.number()).map(|_| read::key(at.number())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Level, expand, find, service, services};

    const TABLE: &str = include_str!("table.txt");

    #[test]
    fn every_action_of_the_table_is_found_as_it_is_written() {
        let (mut prefix, mut level, mut types) = ("", Level::List, 0);
        let mut count = 0;
        for line in TABLE
            .lines()
            .filter(|line| !line.starts_with(['#', '=', '?']))
        {
            if let Some(rest) = line.strip_prefix('[') {
                prefix = rest.split(']').next().unwrap();
            } else if let Some(rest) = line.strip_prefix("> ") {
                level = match &rest[..1] {
                    "L" => Level::List,
                    "R" => Level::Read,
                    "W" => Level::Write,
                    "P" => Level::Permissions,
                    "T" => Level::Tagging,
                    other => panic!("{other}"),
                };
                types = rest.split(' ').count() - 1;
            } else {
                let found = find(&format!("{prefix}:{}", line.to_uppercase())).expect(line);
                assert_eq!(found.to_string(), format!("{prefix}:{line}"));
                assert_eq!(found.level(), level, "{found}");
                assert_eq!(found.resource_types().len(), types, "{found}");
                count += 1;
            }
        }
        assert_eq!(expand("*").count(), count);
        assert!(count > 20_000);
    }

    #[test]
    fn what_is_known_of_an_action() {
        let pass = find("IAM:passrole").unwrap();
        assert_eq!(pass.to_string(), "iam:PassRole");
        assert_eq!(pass.level(), Level::Permissions);
        assert!(pass.can_be_narrowed());
        let role = &pass.resource_types()[0];
        assert_eq!((role.name, role.arn), ("role", "arn:*:iam::*:role/*"));
        assert!(role.required);
        assert!(pass.condition_keys().contains(&"iam:PassedToService"));
        let list = find("s3:ListAllMyBuckets").unwrap();
        assert_eq!((list.level(), list.can_be_narrowed()), (Level::List, false));
        assert_eq!(list.service().name(), "Amazon S3");
        let put = find("s3:PutObject").unwrap();
        assert!(put.condition_keys().contains(&"s3:x-amz-acl"));
        assert_eq!(put.resource_types()[1].arn, "arn:*:s3:::*/*");
    }

    #[test]
    fn patterns_expand_without_case() {
        let names = |pattern: &str| -> Vec<String> {
            expand(pattern).map(|action| action.to_string()).collect()
        };
        assert_eq!(names("iam:pass*"), ["iam:PassRole"]);
        assert_eq!(names("sts:assumerol?"), ["sts:AssumeRole"]);
        assert_eq!(names("?3:GetObjectAcl"), ["s3:GetObjectAcl"]);
        assert_eq!(names("s3:GetObjectAcl"), ["s3:GetObjectAcl"]);
        for nothing in ["", "s3", "iam", "nosuch:*", "s3:NoSuchAction", ":"] {
            assert_eq!(names(nothing), [""; 0], "{nothing}");
        }
        assert_eq!(names("*").len(), names("*:*").len());
        assert!(names("s3:*").iter().all(|name| name.starts_with("s3:")));
    }

    #[test]
    fn services_are_found_by_prefix() {
        assert!(services().is_sorted_by(|a, b| a.prefix() < b.prefix()));
        for known in services() {
            assert_eq!(service(known.prefix()).unwrap().name(), known.name());
        }
        assert_eq!(service("S3").unwrap().prefix(), "s3");
        assert!(service("nosuch").is_none());
    }

    #[test]
    fn a_table_of_another_form_is_refused_with_its_line() {
        for (table, line) in [
            ("x", 1),
            ("[s3] Amazon S3\n> W", 2),
            ("[s3] Amazon S3\n?\n> X", 3),
            ("[s3] Amazon S3\n= a x\n= ab y\n?\n> W b", 5),
            ("[s3", 1),
        ] {
            assert_eq!(super::pack::pack(table).unwrap_err().0, line, "{table}");
        }
    }
}
