# No subscription is asked: the provider is mocked. What stands here fails when somebody opens what the intent does not name.

mock_provider "azurerm" {}

variables {
  log_workspace_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/logs"
  log_key = {
    id          = "https://example.vault.azure.net/keys/logs"
    identity_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/logs/providers/Microsoft.ManagedIdentity/userAssignedIdentities/logs"
  }
}

run "address_plan" {
  command = plan
@@ for segment in plan.segments

  assert {
    condition     = azurerm_subnet.@{ segment.name }.address_prefixes == tolist(["@{ segment.cidr }"]) && !azurerm_subnet.@{ segment.name }.default_outbound_access_enabled
    error_message = "@{ segment.name } has its own part of the network, and no way out by default"
  }
@@ endfor
}

run "closed_by_default" {
  command = plan
@@ for segment in plan.segments

  assert {
    condition     = azurerm_network_security_rule.@{ segment.name }_deny_inbound.access == "Deny" && azurerm_network_security_rule.@{ segment.name }_deny_outbound.access == "Deny"
    error_message = "@{ segment.name } denies what is not named, in and out"
  }
@@ endfor
}

run "short_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}
