variable "x" {
  type = string
}

resource "terraform_data" "it" {
  input = var.x
}

output "y" {
  value = "${var.x}!"
}

output "input" {
  value = terraform_data.it.input
}
