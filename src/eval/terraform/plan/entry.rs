//! What a plan says of one resource.

use ecow::EcoString;

use super::{identity, list, path};
use crate::eval::{Address, Data, Key, Mode, Value, Why};
use crate::source::{Code, Diagnostic, Span};

/// The actions after which a resource is there as the plan says. Others let go of it (`delete`, `forget`) or are about
/// what only exists while the plan is applied.
const LASTING: [&str; 4] = ["create", "update", "read", "no-op"];

/// An entry of a plan.
pub(super) struct Entry<'p> {
    /// The resource.
    pub(super) address: Address,
    /// The bytes of the entry.
    pub(super) span: Span,
    /// Whether it is there afterwards.
    pub(super) judged: Judged<'p>,
}

/// Whether a resource is there once the plan is applied.
pub(super) enum Judged<'p> {
    /// With these values.
    Yes(Values<'p>),
    /// It is let go.
    No,
}

/// The values of a resource.
pub(super) struct Values<'p> {
    /// What is known.
    pub(super) after: Option<&'p Value>,
    /// What is known only once the plan is applied.
    pub(super) unknown: Option<&'p Value>,
    /// What is not to be shown.
    pub(super) sensitive: Option<&'p Value>,
    /// Why there may be more.
    pub(super) open: Option<Why>,
}

/// The entries of `resource_changes`. What is none is said.
pub(super) fn of_changes<'p>(
    changes: &'p [Value],
    stack: &EcoString,
    said: &mut Vec<Diagnostic>,
) -> Vec<Entry<'p>> {
    let mut entries = Vec::new();
    for change in changes {
        let span = change.origin.span;
        let Some(address) = address_of(change, stack) else {
            said.push(lost(span, "this entry of the plan names no resource"));
            continue;
        };
        let after = path(change, &["change", "after"]);
        let actions = path(change, &["change", "actions"]);
        let lasting = list(actions).iter().any(|action| {
            action
                .as_text()
                .is_some_and(|action| LASTING.contains(&action))
        });
        let unsaid = list(actions).is_empty();
        if !lasting && !unsaid {
            let judged = Judged::No;
            entries.push(Entry {
                address,
                span,
                judged,
            });
            continue;
        }
        let whole = after.is_some_and(|after| after.as_map().is_some());
        if !whole || unsaid {
            let message = format!("the plan does not say what becomes of `{address}`");
            said.push(lost(span, message));
        }
        let judged = Judged::Yes(Values {
            after: after.filter(|_| whole),
            unknown: path(change, &["change", "after_unknown"]),
            sensitive: path(change, &["change", "after_sensitive"]),
            open: (!whole).then_some(Why::Invalid),
        });
        entries.push(Entry {
            address,
            span,
            judged,
        });
    }
    entries
}

/// The resources of `planned_values`, which leave out what is known only once the plan is applied.
pub(super) fn of_planned<'p>(
    planned: &'p Value,
    stack: &EcoString,
    said: &mut Vec<Diagnostic>,
) -> Vec<Entry<'p>> {
    let mut entries = Vec::new();
    let mut waiting: Vec<(EcoString, &Value)> = Vec::new();
    waiting.extend(path(planned, &["root_module"]).map(|root| (EcoString::new(), root)));
    while let Some((module, own)) = waiting.pop() {
        for resource in list(path(own, &["resources"])) {
            let span = resource.origin.span;
            let Some(address) = address_of(resource, stack) else {
                said.push(lost(span, "this resource of the plan has no name"));
                continue;
            };
            let computed = Why::Computed(ecow::eco_format!("{address}"));
            let address = Address {
                module: module.clone(),
                ..address
            };
            let judged = Judged::Yes(Values {
                after: path(resource, &["values"]),
                unknown: None,
                sensitive: path(resource, &["sensitive_values"]),
                open: Some(computed),
            });
            entries.push(Entry {
                address,
                span,
                judged,
            });
        }
        for child in list(path(own, &["child_modules"])) {
            let name = path(child, &["address"]).and_then(Value::as_text);
            waiting.push((name.unwrap_or_default().into(), child));
        }
    }
    entries
}

fn lost(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Structure, span, message)
}

/// The full name of an entry; where its parts are missing, out of its address.
fn address_of(entry: &Value, stack: &EcoString) -> Option<Address> {
    let written = path(entry, &["address"]).and_then(Value::as_text);
    let (mode, type_name, name) =
        identity(entry).or_else(|| written.and_then(identity_of_address))?;
    let module = path(entry, &["module_address"]).and_then(Value::as_text);
    let key = match path(entry, &["index"]).map(|index| &index.data) {
        Some(Data::Number(number)) => Key::Index(
            number
                .as_i64()
                .and_then(|index| u64::try_from(index).ok())?,
        ),
        Some(Data::Text(text)) => Key::Text(text.clone()),
        _ => Key::None,
    };
    Some(Address {
        stack: stack.clone(),
        module: module.unwrap_or_default().into(),
        mode,
        type_name,
        name,
        key,
    })
}

/// Type and name at the end of an address: `module.a["x"].aws_vpc.b[0]`.
fn identity_of_address(address: &str) -> Option<(Mode, EcoString, EcoString)> {
    let bare = match address.strip_suffix(']') {
        Some(_) => address.rsplit_once('[')?.0,
        None => address,
    };
    let (front, name) = bare.rsplit_once('.')?;
    let (front, type_name) = front.rsplit_once('.').unwrap_or(("", front));
    let plain = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let mode = match front == "data" || front.ends_with(".data") {
        true => Mode::Data,
        false => Mode::Managed,
    };
    (plain(type_name) && plain(name)).then(|| (mode, type_name.into(), name.into()))
}

#[cfg(test)]
mod tests {
    use super::identity_of_address;
    use crate::eval::Mode;

    #[test]
    fn the_name_at_the_end_of_an_address() {
        let of = |address| {
            identity_of_address(address).map(|(mode, kind, name)| (mode, format!("{kind} {name}")))
        };
        let managed = Some((Mode::Managed, "aws_vpc b".to_owned()));
        assert_eq!(of("aws_vpc.b"), managed);
        assert_eq!(of("module.a[\"x.y\"].aws_vpc.b[0]"), managed);
        assert_eq!(
            of("module.a.data.aws_vpc.b"),
            Some((Mode::Data, "aws_vpc b".to_owned()))
        );
        assert_eq!(of("b"), None);
        assert_eq!(of("a.[0]"), None);
    }
}
