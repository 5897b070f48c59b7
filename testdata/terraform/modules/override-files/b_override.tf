locals {
  a = "b_override"
}

resource "terraform_data" "one" {
  input = { from = "b_override", size = var.size }
}

module "child" {
  x = "b_override"
}
