locals {
  prefix = var.prefix
  part_a = 7
}

locals {
  unused = local.label
}
