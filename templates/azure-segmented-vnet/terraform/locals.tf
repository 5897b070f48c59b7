locals {
  tags = merge(var.tags, { service = var.name, managed-by = "distrust" })

  # Each segment has an equal part of the network, and so have the private endpoints.
  segment_cidr = {
@@ for segment in plan.segments
    @{ segment.name } = cidrsubnet(var.network_cidr, @{ segment.nth.bits }, @{ segment.nth.index })
@@ endfor
@@ if services
    endpoints = cidrsubnet(var.network_cidr, @{ plan.endpoints.nth.bits }, @{ plan.endpoints.nth.index })
@@ endif
  }
}
