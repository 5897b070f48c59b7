variable "name" {
  type = string
}

variable "zones" {
  type = set(string)
}

module "zone" {
  source   = "./zone"
  for_each = var.zones
  name     = each.value
  region   = var.name
}

output "zones" {
  value = [for z in module.zone : z.full]
}

output "label" {
  value = title(var.name)
}
