variable "name" {}

resource "terraform_data" "it" {
  input = upper(var.name)
}

output "x" {
  value = "<${var.name}>"
}

output "id" {
  value = terraform_data.it.id
}
