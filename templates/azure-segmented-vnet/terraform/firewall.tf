@@ set all = (plan.segments | map(attribute="name") | list) + (["endpoints"] if services else [])
# Azure's own rules let the whole network talk, and everything go out. The rules at 4096 stand before them and deny.
@@ for segment in all

# ---------------------------------------------------------------- @{ segment }

resource "azurerm_network_security_group" "@{ segment }" {
  name                = "${var.name}-@{ segment }"
  location            = azurerm_resource_group.this.location
  resource_group_name = azurerm_resource_group.this.name
  tags                = merge(local.tags, { segment = "@{ segment }" })
}
@@ for way in ["Inbound", "Outbound"]

resource "azurerm_network_security_rule" "@{ segment }_deny_@{ way | lower }" {
  name                        = "deny-@{ way | lower }"
  description                 = "What is not named does not @{ "come in" if way == "Inbound" else "go out" }"
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.@{ segment }.name
  direction                   = "@{ way }"
  access                      = "Deny"
  priority                    = 4096
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}
@@ endfor
@@ endfor
@@ for flow in plan.flows if not flow.to.cloud
@@ set port = flow.ports[0].said
@@ set nth = loop.index
@@ for end in [flow.to.name, flow.from.name]

resource "azurerm_network_security_rule" "@{ flow.from.name }_to_@{ flow.to.name }_@{ port }@{ "_out" if loop.index == 2 else "" }" {
  name                                       = "@{ flow.from.name }-to-@{ flow.to.name }-@{ port }"
  description                                = "@{ flow.from.name } begins conversations with @{ flow.to.name } on @{ port }"
  resource_group_name                        = azurerm_resource_group.this.name
  network_security_group_name                = azurerm_network_security_group.@{ end }.name
  direction                                  = "@{ "Inbound" if loop.index == 1 else "Outbound" }"
  access                                     = "Allow"
  priority                                   = @{ 1000 + nth }
  protocol                                   = "@{ flow.ports[0].protocol | capitalize }"
  source_application_security_group_ids      = [azurerm_application_security_group.@{ flow.from.name }.id]
  source_port_range                          = "*"
  destination_application_security_group_ids = [azurerm_application_security_group.@{ flow.to.name }.id]
  destination_port_range                     = "@{ port }"
}
@@ endfor
@@ endfor
@@ for segment in services

resource "azurerm_network_security_rule" "@{ segment }_to_endpoints" {
  name                                  = "@{ segment }-to-endpoints"
  description                           = "@{ segment } reaches the private endpoints"
  resource_group_name                   = azurerm_resource_group.this.name
  network_security_group_name           = azurerm_network_security_group.endpoints.name
  direction                             = "Inbound"
  access                                = "Allow"
  priority                              = @{ 100 + loop.index }
  protocol                              = "Tcp"
  source_application_security_group_ids = [azurerm_application_security_group.@{ segment }.id]
  source_port_range                     = "*"
  destination_address_prefix            = local.segment_cidr.endpoints
  destination_port_range                = "443"
}

resource "azurerm_network_security_rule" "@{ segment }_to_endpoints_out" {
  name                                  = "@{ segment }-to-endpoints"
  description                           = "@{ segment } reaches the private endpoints"
  resource_group_name                   = azurerm_resource_group.this.name
  network_security_group_name           = azurerm_network_security_group.@{ segment }.name
  direction                             = "Outbound"
  access                                = "Allow"
  priority                              = 100
  protocol                              = "Tcp"
  source_application_security_group_ids = [azurerm_application_security_group.@{ segment }.id]
  source_port_range                     = "*"
  destination_address_prefix            = local.segment_cidr.endpoints
  destination_port_range                = "443"
}
@@ endfor
