variable "value" {}

resource "terraform_data" "in" {
  input = "v:${var.value}"
}

output "value" {
  value = var.value
}
