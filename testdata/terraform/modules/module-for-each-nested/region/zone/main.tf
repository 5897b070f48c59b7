variable "name" {}
variable "region" {}

resource "terraform_data" "subnet" {
  count = 2
  input = "${var.region}${var.name}${count.index}"
}

output "full" {
  value = "${var.region}-${var.name}"
}

output "inputs" {
  value = terraform_data.subnet[*].input
}
