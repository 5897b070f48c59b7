variable "v" {
  default = "main"
}

resource "terraform_data" "r" {
  count = 1
  input = "main"
}

resource "terraform_data" "keyed" {
  for_each = toset(["main"])
  input    = each.key
}

output "v" {
  value = var.v
}
