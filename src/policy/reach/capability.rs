//! The capabilities, read from their file.

use std::sync::LazyLock;

use crate::policy::identity::{GROUP, ROLE, USER};

/// What a capability does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Makes something that runs as a role which trusts this service.
    New(&'static str),
    /// Changes or enters something of this kind, which runs as a role.
    Take(&'static str),
    /// Gets the credentials of an identity of this kind.
    Become(&'static str),
    /// Gives something of this kind more.
    Raise(&'static str),
    /// Becomes a member of a group.
    Join,
    /// Takes the boundary of an identity of this kind away.
    Loosen(&'static str),
}

/// A way to gain something.
#[derive(Debug, Clone)]
pub struct Capability {
    /// What it does.
    pub does: Does,
    /// The actions that it needs, besides passing the role.
    pub actions: Vec<&'static str>,
    /// Where it is described.
    pub source: &'static str,
}

impl Does {
    /// The kind that the first action is on.
    pub(super) fn first_on(self) -> &'static str {
        match self {
            Self::New(_) => ROLE,
            Self::Take(kind) | Self::Become(kind) | Self::Raise(kind) | Self::Loosen(kind) => kind,
            Self::Join => GROUP,
        }
    }

    /// What any identity of the account is called, as far as this gets at it.
    pub(super) fn anybody(self) -> String {
        match self {
            Self::New(service) => format!("the permissions of any role that trusts {service}"),
            Self::Become(USER) => "the permissions of any user".to_owned(),
            Self::Become(ROLE) => "the permissions of any role".to_owned(),
            Self::Join => "the permissions of any group".to_owned(),
            _ => "the permissions of any identity".to_owned(),
        }
    }
}

impl Capability {
    /// All actions that it needs.
    pub fn needs(&self) -> Vec<&'static str> {
        let pass = matches!(self.does, Does::New(_)).then_some("iam:PassRole");
        pass.into_iter()
            .chain(self.actions.iter().copied())
            .collect()
    }
}

/// All capabilities, in the order of the file.
pub fn all() -> &'static [Capability] {
    static ALL: LazyLock<Vec<Capability>> = LazyLock::new(|| {
        let lines = include_str!("capabilities.txt").lines();
        lines.filter_map(read).collect()
    });
    &ALL
}

/// A line of the file; what is no capability is none, which a test refuses.
fn read(line: &'static str) -> Option<Capability> {
    let (front, source) = line.split_once(" ; ")?;
    let (what, actions) = front.split_once(": ")?;
    let mut words = what.split_whitespace();
    let does = match (words.next()?, words.next()) {
        ("new", Some(service)) => Does::New(service),
        ("take", Some(kind)) => Does::Take(kind),
        ("become", Some(kind)) => Does::Become(kind),
        ("raise", Some(kind)) => Does::Raise(kind),
        ("loosen", Some(kind)) => Does::Loosen(kind),
        ("join", None) => Does::Join,
        _ => return None,
    };
    Some(Capability {
        does,
        actions: actions.split_whitespace().collect(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::{Does, all, read};
    use crate::policy::action;

    #[test]
    fn every_line_is_a_capability_of_actions_that_exist() {
        let text = include_str!("capabilities.txt");
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            let capability = read(line).unwrap_or_else(|| panic!("{line}"));
            for action in &capability.actions {
                let gone = ["codestar:"].iter().any(|own| action.starts_with(own));
                assert!(gone || action::find(action).is_some(), "{action}");
            }
            assert!(
                !capability.actions.is_empty() && !capability.source.is_empty(),
                "{line}"
            );
        }
        assert!(
            all()
                .iter()
                .any(|own| own.does == Does::New("lambda.amazonaws.com"))
        );
    }
}
