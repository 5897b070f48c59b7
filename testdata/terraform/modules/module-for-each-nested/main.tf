locals {
  regions = {
    "eu/west 1" = { zones = ["a", "b"] }
    "us.east"   = { zones = [] }
    "quo\"te"   = { zones = ["ü"] }
  }
}

module "region" {
  source   = "./region"
  for_each = local.regions
  name     = each.key
  zones    = each.value.zones
}

output "all" {
  value = { for k, m in module.region : k => m.zones }
}

output "labels" {
  value = values(module.region)[*].label
}

output "keys" {
  value = keys(module.region)
}
