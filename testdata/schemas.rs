//! The vocabulary and the rules against the published schemas (`schemas/record.py`): what names nothing is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use distrust::catalog::case::{kind_of_cloudformation, snake};
use distrust::catalog::{Catalog, Kind, Path, Source};
use distrust::rules::RuleSet;
use distrust::rules::declared::read;

type Schemas = BTreeMap<&'static str, BTreeSet<&'static str>>;

/// Arguments of other major versions of a provider than the one that is recorded: of former ones, of azurerm 5, and of google-beta.
const OTHER_VERSIONS: &[(&str, &str)] = &[
    ("aws_route_table", "route.instance_id"),
    ("aws_autoscaling_attachment", "alb_target_group_arn"),
    ("aws_instance", "primary_network_interface"),
    ("azurerm_storage_account", "enable_https_traffic_only"),
    ("azurerm_storage_account", "allow_blob_public_access"),
    (
        "azurerm_storage_account_network_rules",
        "storage_account_name",
    ),
    ("azurerm_mssql_server", "extended_auditing_policy"),
    (
        "azurerm_kubernetes_cluster",
        "role_based_access_control.enabled",
    ),
    (
        "azurerm_kubernetes_cluster",
        "api_server_authorized_ip_ranges",
    ),
    (
        "azurerm_kubernetes_cluster",
        "addon_profile.azure_policy.enabled",
    ),
    ("azurerm_kubernetes_cluster", "addon_profile.oms_agent"),
    (
        "azurerm_kubernetes_cluster",
        "addon_profile.oms_agent.enabled",
    ),
    (
        "azurerm_kubernetes_cluster",
        "default_node_pool.enable_node_public_ip",
    ),
    (
        "azurerm_kubernetes_cluster_node_pool",
        "enable_node_public_ip",
    ),
    ("azurerm_network_interface", "enable_ip_forwarding"),
    (
        "azurerm_kubernetes_cluster",
        "addon_profile.http_application_routing.enabled",
    ),
    (
        "azurerm_kubernetes_cluster",
        "addon_profile.kube_dashboard.enabled",
    ),
    (
        "azurerm_kubernetes_cluster",
        "role_based_access_control.azure_active_directory",
    ),
    ("azurerm_key_vault", "soft_delete_enabled"),
    ("aws_redshift_security_group", "ingress"),
    ("azurerm_subnet", "network_security_group_id"),
    ("azurerm_network_interface", "network_security_group_id"),
    // A key of a map whose keys are free.
    (
        "azurerm_service_fabric_cluster",
        "fabric_settings.parameters.ClusterProtectionLevel",
    ),
    ("azuread_application_password", "end_date_relative"),
    ("azurerm_kusto_cluster", "enable_disk_encryption"),
    ("azurerm_kusto_cluster", "enable_double_encryption"),
    ("azurerm_data_lake_store", "encryption_state"),
    ("azurerm_cdn_frontdoor_custom_domain", "tls.minimum_version"),
    ("azurerm_redis_cache", "enable_non_ssl_port"),
    ("azurerm_cosmosdb_account", "local_authentication_enabled"),
    ("azurerm_app_service", "site_config.min_tls_version"),
    ("google_container_cluster", "enable_binary_authorization"),
    (
        "google_sql_database_instance",
        "settings.ip_configuration.require_ssl",
    ),
    (
        "google_container_cluster",
        "pod_security_policy_config.enabled",
    ),
    ("google_container_cluster", "master_auth.username"),
    ("google_tpu_v2_vm", "network_config.enable_external_ips"),
    ("google_vertex_ai_metadata_store", "encryption_spec"),
];

/// Keys of maps, which the schemas do not list.
const KEYS: &[(&str, &str)] = &[("aws_ssm_document", "permissions.account_ids")];

fn terraform() -> Schemas {
    read_schemas(include_str!("schemas/terraform.txt"))
}

fn cloudformation() -> Schemas {
    read_schemas(include_str!("schemas/cloudformation.txt"))
}

fn read_schemas(text: &'static str) -> Schemas {
    let row = |line: &'static str| {
        let mut words = line.split(' ');
        (words.next().unwrap_or_default(), words.collect())
    };
    text.lines().map(row).collect()
}

/// Properties whose keys the schemas leave open: a map by the kind of log, properties of a connection.
const OPEN: &[(&str, &str)] = &[
    ("AWS::Elasticsearch::Domain", "LogPublishingOptions"),
    ("AWS::OpenSearchService::Domain", "LogPublishingOptions"),
];

/// Whether a type has a path; `[]` does not count.
fn has(schemas: &Schemas, type_name: &str, path: &str) -> bool {
    let path = path.replace("[]", "");
    let known = schemas
        .get(type_name)
        .is_some_and(|paths| paths.contains(path.as_str()));
    let open = OPEN.iter().any(|(open_type, open)| {
        let rest = path.strip_prefix(open);
        *open_type == type_name && rest.is_some_and(|rest| rest.starts_with('.'))
    });
    // Arguments of Terraform itself, that every resource has.
    known
        || open
        || below_metadata(schemas, type_name, &path)
        || path.starts_with("lifecycle.")
        || OTHER_VERSIONS.contains(&(type_name, path.as_str()))
        || KEYS.contains(&(type_name, path.as_str()))
}

/// Whether a path leads into the metadata of a machine, whose keys nobody lists.
fn below_metadata(schemas: &Schemas, type_name: &str, path: &str) -> bool {
    let Some((before, _)) = path.split_once("metadata.") else {
        return false;
    };
    let map = format!("{before}metadata");
    schemas
        .get(type_name)
        .is_some_and(|paths| paths.contains(map.as_str()))
}

/// Whether a CloudFormation type has a path in snake case. Below a free-form object (a policy document) anything goes.
fn has_snake(schemas: &Schemas, type_name: &str, path: &str) -> bool {
    let path = path.replace("[]", "");
    schemas.get(type_name).is_some_and(|paths| {
        paths
            .iter()
            .any(|own| own.split('.').map(snake).collect::<Vec<_>>().join(".") == path)
    })
}

fn spellings(kind: &Kind) -> impl Iterator<Item = (bool, &Path, &Source)> {
    kind.attributes.iter().flat_map(|attribute| {
        let terraform = attribute
            .terraform
            .iter()
            .map(move |source| (true, &attribute.path, source));
        terraform.chain(
            attribute
                .cloudformation
                .iter()
                .map(move |source| (false, &attribute.path, source)),
        )
    })
}

#[test]
fn every_spelling_names_something() {
    let (terraform, cloudformation) = (terraform(), cloudformation());
    let mut wrong = String::new();
    for kind in Catalog::builtin().kinds() {
        for (is_terraform, attribute, source) in spellings(kind) {
            let schemas = if is_terraform {
                &terraform
            } else {
                &cloudformation
            };
            let own = if is_terraform {
                &kind.terraform
            } else {
                &kind.cloudformation
            };
            let types = match &source.join {
                Some(join) => vec![join.type_name.as_str()],
                None => own.iter().map(String::as_str).collect(),
            };
            let mut paths: Vec<String> = source
                .filter
                .iter()
                .map(|(path, _)| path.to_string())
                .collect();
            paths.extend(source.join.as_ref().map(|join| join.argument.clone()));
            if !source.path.is_empty() {
                paths.push(source.path.to_string());
            }
            let prefix = if source.path.is_empty() {
                String::new()
            } else {
                format!("{}.", source.path)
            };
            for member in &source.members {
                paths.extend(
                    member
                        .sources
                        .iter()
                        .filter(|inner| inner.constant.is_none())
                        .map(|inner| format!("{prefix}{}", inner.path)),
                );
            }
            for path in paths {
                if !types.iter().any(|type_name| has(schemas, type_name, &path)) {
                    let _ = writeln!(
                        wrong,
                        "{}: {attribute}: {types:?} has no `{path}`",
                        kind.name
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_attribute_is_cloudformations_own() {
    let cloudformation = cloudformation();
    let mut wrong = String::new();
    for kind in Catalog::builtin().kinds() {
        let Some(type_name) = kind.cloudformation.first() else {
            continue;
        };
        if kind_of_cloudformation(type_name).as_deref() != Some(&kind.name) {
            let _ = writeln!(wrong, "{} is not the name of {type_name}", kind.name);
        }
        for attribute in kind
            .attributes
            .iter()
            .filter(|own| own.cloudformation.is_empty())
        {
            if !has_snake(&cloudformation, type_name, &attribute.path.to_string()) {
                let _ = writeln!(wrong, "{type_name} has no `{}`", attribute.path);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_path_of_a_rule_leads_somewhere() {
    let (terraform, cloudformation) = (terraform(), cloudformation());
    let mut wrong = String::new();
    for rule in RuleSet::builtin().rules() {
        let mut paths = Vec::new();
        read::paths(&rule.check, &Path::default(), &mut paths);
        for path in paths {
            let shown = path.to_string();
            let kinds = rule
                .kinds
                .iter()
                .filter_map(|name| Catalog::builtin().kind(name));
            let (mut in_terraform, mut in_cloudformation) = (None, None);
            let bare: Vec<&String> = rule
                .kinds
                .iter()
                .filter(|name| !name.contains('.') || name.starts_with("provider."))
                .collect();
            if rule.kinds == ["stack.input"] {
                // What evaluation makes of a variable or parameter.
                in_terraform = Some(["name", "default", "sensitive"].contains(&shown.as_str()));
            }
            for name in rule.kinds.iter().filter(|name| name.starts_with("data.")) {
                *in_terraform.get_or_insert(false) |= has(&terraform, name, &shown);
            }
            for name in bare {
                *in_terraform.get_or_insert(false) |= has(&terraform, name, &shown);
                *in_cloudformation.get_or_insert(false) |= has_snake(&cloudformation, name, &shown);
            }
            // A kind without an entry is the CloudFormation type of that name.
            for name in rule
                .kinds
                .iter()
                .filter(|name| Catalog::builtin().kind(name).is_none())
            {
                let mut types = cloudformation.keys();
                let own = types.find(|own| kind_of_cloudformation(own).as_deref() == Some(name));
                let found = own.is_some_and(|own| has_snake(&cloudformation, own, &shown));
                *in_cloudformation.get_or_insert(false) |= found;
            }
            for kind in kinds {
                let spelled = |own: &&distrust::catalog::Attribute| {
                    own.path.0.len() <= path.0.len()
                        && own
                            .path
                            .0
                            .iter()
                            .zip(&path.0)
                            .all(|(a, b)| a.name == b.name)
                };
                let declared = kind.attributes.iter().find(spelled);
                for type_name in &kind.terraform {
                    let there = declared.is_some_and(|own| !own.terraform.is_empty());
                    *in_terraform.get_or_insert(false) |=
                        there || has(&terraform, type_name, &shown);
                }
                for type_name in &kind.cloudformation {
                    let there = declared.is_some_and(|own| !own.cloudformation.is_empty());
                    let found = there || has_snake(&cloudformation, type_name, &shown);
                    *in_cloudformation.get_or_insert(false) |= found;
                }
            }
            // `origin` and the like may be of one language only; a path of none is a mistake.
            if ![in_terraform, in_cloudformation].contains(&Some(true)) {
                let _ = writeln!(wrong, "{}: `{shown}` leads nowhere", rule.id);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn snake_case_keeps_siblings_apart() {
    for (type_name, paths) in cloudformation() {
        let spelled: BTreeSet<String> = paths
            .iter()
            .map(|path| path.split('.').map(snake).collect::<Vec<_>>().join("."))
            .collect();
        assert_eq!(spelled.len(), paths.len(), "{type_name}");
    }
}
