//! What a document allows on every resource, by access level: only actions that could be narrowed to some.

use rustc_hash::FxHashMap;

use super::action::{self, Action, Level};
use super::grant::denied;
use super::weigh::narrows;
use super::{Document, Statement, any_covers, has_action};
use crate::eval::{Data, Truth, Value, Why};

/// A member of `Action` that allows actions of a level on every resource.
#[derive(Debug, Clone)]
pub struct Wide<'d> {
    /// Whether it does.
    pub truth: Truth,
    /// The statement.
    pub statement: &'d Statement,
    /// The member.
    pub member: Value,
    /// Such an action, the one whose name says most.
    pub action: Option<Action>,
    /// Why it is not known.
    pub why: Option<Why>,
}

/// The members of a document that allow actions on `*` of which the question holds. `*` itself is left out: who allows
/// everything is told so once. Of each statement, those that only take something away come last.
pub fn wide<'d>(document: &'d Document, fits: &dyn Fn(&Action) -> bool) -> Vec<Wide<'d>> {
    let mut found = Vec::new();
    let mut denied = Denied {
        document,
        known: FxHashMap::default(),
        fitting: FxHashMap::default(),
    };
    for statement in &document.statements {
        let (every, resource) = any_covers(&statement.resources, "*", false);
        let whole = statement.allows() & every;
        if whole.is_false() || statement.not_actions.written {
            continue;
        }
        let first = found.len();
        for member in &statement.actions.items {
            let (truth, action) = member_fits(member, &mut denied, fits);
            let truth = truth & whole;
            if truth.is_false() {
                continue;
            }
            let wanted = member.as_text().unwrap_or("*");
            let narrow = narrows(statement, wanted, &[document]);
            let truth = truth & !narrow.truth;
            if truth.is_false() {
                continue;
            }
            let why = member
                .first_why()
                .or_else(|| resource.as_ref().and_then(Value::first_why))
                .or_else(|| statement.conditions_rest.clone())
                .or_else(|| narrow.key.map(Why::Context));
            found.push(Wide {
                truth,
                statement,
                member: member.clone(),
                action,
                why: truth.is_unknown().then(|| why.unwrap_or(Why::Condition)),
            });
        }
        found[first..].sort_by_key(|own| own.action.as_ref().is_none_or(takes_away));
    }
    found
}

/// What a document surely denies, each pattern asked once.
struct Denied<'d> {
    document: &'d Document,
    known: FxHashMap<String, bool>,
    /// The first action that a pattern leads to and of which the question holds.
    fitting: FxHashMap<String, Option<Action>>,
}

impl Denied<'_> {
    fn has(&mut self, wanted: &str) -> bool {
        if let Some(known) = self.known.get(wanted) {
            return *known;
        }
        let denied = denied(&[self.document], wanted).truth.is_true();
        self.known.insert(wanted.to_owned(), denied);
        denied
    }
}

fn member_fits(
    member: &Value,
    denied: &mut Denied<'_>,
    fits: &dyn Fn(&Action) -> bool,
) -> (Truth, Option<Action>) {
    let own = member.resolved();
    let Some(text) = own.as_text() else {
        // What is not known may be anything, or something of the service that is.
        let unsure = matches!(
            own.data,
            Data::Unknown(_) | Data::Reference(_) | Data::Template(_)
        );
        return (if unsure { Truth::Unknown } else { Truth::False }, None);
    };
    if text.chars().all(|c| matches!(c, '*' | ':')) {
        return (Truth::False, None);
    }
    if let Some(known) = denied.fitting.get(text) {
        return (Truth::from(known.is_some()), known.clone());
    }
    let first = match denied.has(text) {
        true => None,
        false => {
            let mut fitting = action::expand(text)
                .filter(|action| fits(action) && !denied.has(&action.to_string()));
            fitting.next().and_then(|first| match first.level() {
                Level::Permissions => std::iter::once(first).chain(fitting).min_by_key(telling),
                _ => Some(first),
            })
        }
    };
    denied.fitting.insert(text.to_owned(), first.clone());
    (Truth::from(first.is_some()), first)
}

/// How much the name of an action says, the lowest the most: of all that a wildcard takes along, a finding names one, and
/// `s3:PutBucketPolicy` tells a reader more than the first of the alphabet. Those that manage permissions come before
/// all others.
fn telling(action: &Action) -> (u8, usize) {
    let opens = ["Attach", "Modify", "Put", "Set"]
        .iter()
        .any(|verb| action.name().starts_with(verb));
    let rank = match action.level() {
        Level::Permissions if opens && action.name().ends_with("Policy") => 0,
        Level::Permissions if opens && action.name().ends_with("Attribute") => 1,
        Level::Permissions => 2,
        _ => return (3, 0),
    };
    (rank, if rank < 2 { action.name().len() } else { 0 })
}

/// Whether an action is of a level and can be narrowed.
pub fn of_level(level: Level) -> impl Fn(&Action) -> bool {
    move |action| action.level() == level && action.can_be_narrowed()
}

/// Whether an action gives somebody more than before: it manages permissions, and neither only takes some away nor only
/// looks at them nor is about something that opens nothing. Of a boundary, a launch permission and a block of public access
/// less is more.
pub fn gives(action: &Action) -> bool {
    const LOOKS: [&str; 6] = ["BatchGet", "Describe", "Get", "List", "Search", "Validate"];
    // Service Authorization Reference: of the level "Permissions management", what lets nobody at anything that there is:
    // policies about updates of a stack, second factors, keys switched on and off, roles that services make for themselves,
    // empty groups and profiles, logs that a service delivers, interfaces for services of AWS, new topics and queues.
    const OPENS_NOTHING: [&str; 20] = [
        "AllowVendedLogDeliveryForResource",
        "AttachResourcesToPlacementGroup",
        "ChangePassword",
        "CreateAccountAlias",
        "CreateElasticsearchDomain",
        "CreateGroup",
        "CreateIdentityPool",
        "CreateInstanceProfile",
        "CreateNetworkInterfacePermission",
        "CreateQueue",
        "CreateServiceLinkedRole",
        "CreateTopic",
        "CreateVirtualMFADevice",
        "EnableMFADevice",
        "ResyncMFADevice",
        "SetDataRetrievalPolicy",
        "SetStackPolicy",
        "SetWebACL",
        "UpdateAccessKey",
        "UpdateRoleDescription",
    ];
    const GUARDS: [&str; 3] = ["Boundary", "BlockPublicAccess", "PublicAccessBlock"];
    let name = action.name();
    let guards = GUARDS.iter().any(|own| name.contains(own));
    action.level() == Level::Permissions
        && action.can_be_narrowed()
        && (guards || !takes_away(action))
        && !LOOKS.iter().any(|verb| name.starts_with(verb))
        && OPENS_NOTHING.binary_search(&name).is_err()
}

/// Whether a statement allows everything that a service can do, and which member says so.
pub fn whole_service(statement: &Statement, prefix: &str) -> (Truth, Option<Value>) {
    has_action(statement, &format!("{prefix}:*"))
}

/// Whether an action that manages permissions only takes some away, by its name.
fn takes_away(action: &Action) -> bool {
    const VERBS: [&str; 8] = [
        "Delete",
        "Deregister",
        "Detach",
        "Disassociate",
        "Dissociate",
        "Remove",
        "Reset",
        "Revoke",
    ];
    action.level() == Level::Permissions && VERBS.iter().any(|verb| action.name().starts_with(verb))
}
