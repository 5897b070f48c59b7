output "total" {
  value = local.total
}

locals {
  total = local.part_b + local.part_a
}

resource "terraform_data" "use" {
  input = local.label
}
