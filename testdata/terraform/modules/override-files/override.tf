variable "size" {
  default = "4"
}

locals {
  a = "override"
  b = "override"
}

output "a" {
  value = "${local.a}+${local.b}"
}
