output "virtual_network_id" {
  description = "The network."
  value       = azurerm_virtual_network.this.id
}

output "subnet_ids" {
  description = "Subnet of each segment."
  value = {
@@ for segment in plan.segments
    @{ segment.name } = azurerm_subnet.@{ segment.name }.id
@@ endfor
@@ if services
    endpoints = azurerm_subnet.endpoints.id
@@ endif
  }
}

output "application_security_group_ids" {
  description = "Application security group of each segment: what is a member stands in the segment."
  value = {
@@ for segment in plan.segments
    @{ segment.name } = azurerm_application_security_group.@{ segment.name }.id
@@ endfor
  }
}
@@ if services

output "private_dns_zone_ids" {
  description = "Zones of names of the private endpoints."
  value = {
@@ for zone in names
    "@{ zone }" = azurerm_private_dns_zone.@{ zone | replace("privatelink.", "") | snake }.id
@@ endfor
  }
}
@@ endif
