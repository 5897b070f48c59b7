@@ if services
# Names of what stands behind private endpoints; outside this network they lead nowhere.
@@ for zone in names

resource "azurerm_private_dns_zone" "@{ zone | replace("privatelink.", "") | snake }" {
  name                = "@{ zone }"
  resource_group_name = azurerm_resource_group.this.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "@{ zone | replace("privatelink.", "") | snake }" {
  name                  = var.name
  resource_group_name   = azurerm_resource_group.this.name
  private_dns_zone_name = azurerm_private_dns_zone.@{ zone | replace("privatelink.", "") | snake }.name
  virtual_network_id    = azurerm_virtual_network.this.id
  registration_enabled  = false
  tags                  = local.tags
}
@@ endfor
@@ endif
