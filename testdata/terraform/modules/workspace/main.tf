locals {
  sizes = { default = 1, stage-2 = 2 }
}

resource "terraform_data" "w" {
  count = local.sizes[terraform.workspace]
  input = "${terraform.workspace}-${count.index}"
}

output "prod" {
  value = terraform.workspace == "prod"
}
