# Every flow of the network, kept in an account that no key opens and no network reaches but Azure's own services.
@@ if not services
# distrust: ignore[azure-storage-private-endpoint] no segment was to reach private endpoints; logs are read from elsewhere
@@ endif
resource "azurerm_storage_account" "flow" {
  # checkov:skip=CKV_AZURE_43:The name is made of one that is checked, and of eight digits; at most 24 letters and digits.
  # checkov:skip=CKV_AZURE_33:There is no queue; what is done to blobs is told to the workspace.
  name                              = "${var.name}flow${substr(sha256(azurerm_resource_group.this.id), 0, 8)}"
  resource_group_name               = azurerm_resource_group.this.name
  location                          = azurerm_resource_group.this.location
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = "GRS"
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  public_network_access_enabled     = false
  allow_nested_items_to_be_public   = false
  shared_access_key_enabled         = false
  local_user_enabled                = false
  cross_tenant_replication_enabled  = false
  allowed_copy_scope                = "AAD"
  default_to_oauth_authentication   = true
  infrastructure_encryption_enabled = true
  tags                              = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [var.log_key.identity_id]
  }

  customer_managed_key {
    key_vault_key_id          = var.log_key.id
    user_assigned_identity_id = var.log_key.identity_id
  }

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  sas_policy {
    expiration_period = "00.01:00:00"
  }
}

resource "azurerm_management_lock" "flow" {
  name       = "kept"
  scope      = azurerm_storage_account.flow.id
  lock_level = "CanNotDelete"
  notes      = "Flow logs are kept for their time"
}

resource "azurerm_network_watcher_flow_log" "this" {
  name                 = var.name
  network_watcher_name = var.network_watcher.name
  resource_group_name  = var.network_watcher.resource_group
  location             = azurerm_resource_group.this.location
  target_resource_id   = azurerm_virtual_network.this.id
  storage_account_id   = azurerm_storage_account.flow.id
  enabled              = true
  version              = 2
  tags                 = local.tags

  retention_policy {
    enabled = true
    days    = var.log_retention_days
  }
}
@@ if services

# Whoever reads the logs does so from inside.
resource "azurerm_private_endpoint" "flow" {
  name                = "${var.name}-flow"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = merge(local.tags, { segment = "endpoints" })

  private_service_connection {
    name                           = "${var.name}-flow"
    private_connection_resource_id = azurerm_storage_account.flow.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }
@@ if "privatelink.blob.core.windows.net" in names

  private_dns_zone_group {
    name                 = "blob"
    private_dns_zone_ids = [azurerm_private_dns_zone.blob_core_windows_net.id]
  }
@@ endif
}
@@ endif
@@ set all = (plan.segments | map(attribute="name") | list) + (["endpoints"] if services else [])
@@ for segment in all

resource "azurerm_monitor_diagnostic_setting" "@{ segment }" {
  name                       = "rules"
  target_resource_id         = azurerm_network_security_group.@{ segment }.id
  log_analytics_workspace_id = var.log_workspace_id

  enabled_log {
    category_group = "allLogs"
  }
}
@@ endfor

resource "azurerm_monitor_diagnostic_setting" "network" {
  name                       = "network"
  target_resource_id         = azurerm_virtual_network.this.id
  log_analytics_workspace_id = var.log_workspace_id

  enabled_log {
    category_group = "allLogs"
  }
}

resource "azurerm_monitor_diagnostic_setting" "flow" {
  name                       = "reads"
  target_resource_id         = "${azurerm_storage_account.flow.id}/blobServices/default"
  log_analytics_workspace_id = var.log_workspace_id

  enabled_log {
    category_group = "allLogs"
  }
}
