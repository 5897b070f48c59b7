//! Kinds that belong together are asked together: who adds a rule about one of a family, or a provider that adds one to
//! it, is told what was forgotten.

use std::collections::BTreeSet;

use distrust::catalog::Catalog;
use distrust::rules::RuleSet;

/// Web apps and their slots: a slot is a site of its own, with its own address and settings.
const SLOTS: [&str; 6] = [
    "azurerm_linux_web_app",
    "azurerm_windows_web_app",
    "azurerm_linux_function_app",
    "azurerm_windows_function_app",
    "azurerm_app_service",
    "azurerm_function_app",
];

/// Rules and slots that do not have the attribute that the rule is about.
const WITHOUT: &[(&str, &str)] = &[
    ("azure-app-client-certificate", "azurerm_app_service_slot"),
    ("azure-app-client-certificate", "azurerm_function_app_slot"),
];

/// Every resource that grants a role in Google Cloud, after the documentation of the provider.
#[test]
fn every_grant_of_google_is_asked() {
    let asked: BTreeSet<&str> = RuleSet::builtin()
        .rules()
        .flat_map(|rule| rule.kinds.iter().map(String::as_str))
        .collect();
    let types = include_str!("schemas/google_iam.txt").lines();
    let types = types.filter(|line| !line.starts_with('#'));
    let forgotten: Vec<&str> = types
        .filter(|own| !asked.contains(Catalog::builtin().kind_of(own).as_str()))
        .collect();
    assert!(forgotten.is_empty(), "no rule asks about {forgotten:?}");
}

#[test]
fn a_slot_is_asked_what_its_app_is() {
    let mut forgotten = Vec::new();
    for rule in RuleSet::builtin().rules() {
        let about = |kind: &str| rule.kinds.iter().any(|own| own == kind);
        for app in SLOTS.into_iter().filter(|app| about(app)) {
            let slot = format!("{app}_slot");
            let excused = WITHOUT.contains(&(rule.id.as_str(), slot.as_str()));
            if about(&slot) == excused {
                forgotten.push(format!("{}: {slot}", rule.id));
            }
        }
    }
    assert!(forgotten.is_empty(), "{forgotten:#?}");
}
