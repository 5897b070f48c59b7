variable "features" {
  type    = map(bool)
  default = {}
}

variable "instances" {
  type    = number
  default = null
}

locals {
  on    = toset([for name, enabled in var.features : name if enabled])
  count = coalesce(var.instances, 2)
}

resource "terraform_data" "cache" {
  count = lookup(var.features, "cache", false) ? local.count : 0
  input = "cache"
}

resource "terraform_data" "mail" {
  count = contains(local.on, "mail") ? 1 : 0
  input = "mail"
}

resource "terraform_data" "any" {
  for_each = local.on
  input    = each.value
}

output "mail" {
  value = one(terraform_data.mail[*].input)
}

output "cache" {
  value = length(terraform_data.cache) > 0 ? terraform_data.cache[0].input : null
}
