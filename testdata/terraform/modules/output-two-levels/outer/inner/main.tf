variable "name" {}

locals {
  full = "${var.name}/inner"
}

output "name" {
  value = local.full
}

output "list" {
  value = [for i in range(2) : "${local.full}-${i}"]
}

output "nothing" {
  value = null
}
