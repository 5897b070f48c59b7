resource "terraform_data" "a" {
  input = { list = [1, 2], map = { k = "v" }, text = "t" }
}

resource "terraform_data" "b" {
  input            = terraform_data.a.input.map.k
  triggers_replace = [terraform_data.a.input.list[1], terraform_data.a.id]
}

resource "terraform_data" "c" {
  input = try(terraform_data.a.input.missing, "fallback")
}

resource "terraform_data" "d" {
  input = [for x in terraform_data.a.input.list : x * 10]
}

resource "terraform_data" "e" {
  input = null
}

resource "terraform_data" "f" {
  input = jsonencode(terraform_data.a.input)
}

output "whole" {
  value = terraform_data.b
}

output "null" {
  value = terraform_data.e.input
}
