resource "azurerm_resource_group" "this" {
  name     = "${var.name}-network"
  location = var.location
  tags     = local.tags
}

# distrust: ignore[azure-network-ddos] nothing here has a public address; the organisation's plan is an input
resource "azurerm_virtual_network" "this" {
  name                = var.name
  location            = azurerm_resource_group.this.location
  resource_group_name = azurerm_resource_group.this.name
  address_space       = [var.network_cidr]
  tags                = local.tags

  dynamic "ddos_protection_plan" {
    for_each = var.flood_plan_id[*]

    content {
      id     = ddos_protection_plan.value
      enable = true
    }
  }
}
@@ set all = (plan.segments | map(attribute="name") | list) + (["endpoints"] if services else [])
@@ for segment in all

# ---------------------------------------------------------------- @{ segment }

resource "azurerm_subnet" "@{ segment }" {
  name                              = "@{ segment }"
  resource_group_name               = azurerm_resource_group.this.name
  virtual_network_name              = azurerm_virtual_network.this.name
  address_prefixes                  = [local.segment_cidr.@{ segment }]
  default_outbound_access_enabled   = false # Azure would lend an address of its own to whatever has none
  private_endpoint_network_policies = "Enabled"
}

# What is for the Internet is dropped: Azure's own route would lead there.
resource "azurerm_route_table" "@{ segment }" {
  name                          = "${var.name}-@{ segment }"
  location                      = azurerm_resource_group.this.location
  resource_group_name           = azurerm_resource_group.this.name
  bgp_route_propagation_enabled = false
  tags                          = merge(local.tags, { segment = "@{ segment }" })

  route {
    name           = "nowhere"
    address_prefix = "0.0.0.0/0"
    next_hop_type  = "None"
  }
}

resource "azurerm_subnet_route_table_association" "@{ segment }" {
  subnet_id      = azurerm_subnet.@{ segment }.id
  route_table_id = azurerm_route_table.@{ segment }.id
}

resource "azurerm_subnet_network_security_group_association" "@{ segment }" {
  subnet_id                 = azurerm_subnet.@{ segment }.id
  network_security_group_id = azurerm_network_security_group.@{ segment }.id
}
@@ if segment != "endpoints"

# What is a member of it stands in the segment; rules name it.
resource "azurerm_application_security_group" "@{ segment }" {
  name                = "${var.name}-@{ segment }"
  location            = azurerm_resource_group.this.location
  resource_group_name = azurerm_resource_group.this.name
  tags                = merge(local.tags, { segment = "@{ segment }" })
}
@@ endif
@@ endfor
