locals {
  label  = "${local.prefix}-${local.total}"
  part_b = local.part_a * 2
}
